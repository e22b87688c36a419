import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { application } from "./app.js";

let server, base;
before(() => new Promise(resolve => {
  server = application().listen(0, "127.0.0.1", () => {
    base = `http://127.0.0.1:${server.address().port}`;
    resolve();
  });
}));
after(() => server.close());

const post = body => fetch(`${base}/links`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

test("follows the links it made", async () => {
  const { code } = await (await post({ url: "https://example.com/a" })).json();
  const answer = await fetch(`${base}/${code}`, { redirect: "manual" });
  assert.equal(answer.headers.get("location"), "https://example.com/a");
});

test("refuses what is no web address", async () => {
  assert.equal((await post({ url: "javascript:alert(1)" })).status, 400);
  assert.equal((await fetch(`${base}/nothing`)).status, 404);
});

test("has probes and metrics", async () => {
  assert.equal((await fetch(`${base}/healthz`)).status, 200);
  assert.match(await (await fetch(`${base}/metrics`)).text(), /links_followed_total/);
});
