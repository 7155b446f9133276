const headers = new Map<string, string>([
  ["accept", "application/json"],
  ["authorization", "Bearer @KEY@"],
]);

for (const [name, value] of headers) {
  console.log(`${name}: ${value}`);
}
