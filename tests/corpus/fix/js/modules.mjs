import { createHmac } from "node:crypto";
import {
  basename,
  extname,
} from "node:path";

export const apiKey = "@KEY@"

export function sign(body) {
  return createHmac("sha256", apiKey).update(body).digest("hex")
}

console.log(basename("/a/b.txt"), extname("b.txt"), sign("it's a body"))
