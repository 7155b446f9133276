#!/usr/bin/env node
'use strict';

const http = require('http');

const stripeKey = '@KEY@'; // don't commit
const port = Number(process.env.PORT || 0);

function authorize(headers) {
  return headers.authorization === `Bearer ${stripeKey}`;
}

const server = http.createServer((req, res) => {
  res.statusCode = authorize(req.headers) ? 200 : 401;
  res.end();
});

server.on('error', console.error);
console.log(authorize({ authorization: 'Bearer ' + stripeKey }), port, stripeKey.length);
