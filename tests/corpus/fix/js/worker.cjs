/* A worker: it's given jobs,
 * and 'knows' one key. */
const jobs = ["a", "b"];

async function run(job, token = "@KEY@") {
  await null;
  return `${job}:${token.slice(-4)}`;
}

Promise.all(jobs.map((job) => run(job)))
  .then((all) => console.log(all.join("\n")))
  .catch((error) => { console.error(error); process.exitCode = 1; });
