const mailer = (key, to) => ({ key, to });

function build(test) {
	const key = test ? "none" : "@KEY@";
	return mailer(key, "a@example.com");
}

console.log(build(false), build(true));
