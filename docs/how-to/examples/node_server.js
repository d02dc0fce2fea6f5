// A small HTTP server: node node_server.js HOST PORT
"use strict";

const http = require("node:http");

const [host, port] = process.argv.slice(2);
const hello = JSON.stringify({ message: "hello" });

const server = http.createServer((request, response) => {
  const found = request.url === "/hello" || request.url === "/health";
  const body = found ? hello : JSON.stringify({ error: "not found" });
  response.writeHead(found ? 200 : 404, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
});

// Node closes idle connections after 5 s by default; users who think longer would meet a reset.
server.keepAliveTimeout = 75_000;
server.listen(Number(port), host);
process.on("SIGTERM", () => process.exit(0));
