module.exports = {
  env: process.env.NODE_ENV || "development",
  payments: {
    provider: "stripe",
    secret: "@KEY@",
    retries: 3,
  },
};

if (require.main === module) {
  console.log(JSON.stringify(module.exports.payments));
}
