enum Method {
  Get = "GET",
  Post = "POST",
}

function request(path: string, method: Method = Method.Get, token = "@KEY@"): string {
  return `${method} ${path} ${token.length} ${token}`;
}

console.log([request("/a"), request("/b", Method.Post)].join("\n"));
