import { createHash } from "node:crypto";
import express from "express";
import client from "prom-client";

/** The application: POST /links makes a short link, GET /CODE follows it. */
export function application({ title = "Short links" } = {}) {
  const links = new Map();
  const registry = new client.Registry();
  client.collectDefaultMetrics({ register: registry });
  const followed = new client.Counter({
    name: "links_followed_total",
    help: "Links that were followed.",
    registers: [registry],
  });

  const app = express();
  app.disable("x-powered-by");
  app.locals.ready = true;
  app.use(express.json({ limit: "10kb" }));
  app.get("/", (request, response) => response.json({ title, links: links.size }));
  app.get("/healthz", (request, response) => response.sendStatus(200));
  app.get("/readyz", (request, response) => response.sendStatus(app.locals.ready ? 200 : 503));
  app.get("/metrics", async (request, response) =>
    response.type(registry.contentType).send(await registry.metrics()));
  app.post("/links", (request, response) => {
    const given = String(request.body?.url ?? "");
    const url = URL.canParse(given) ? new URL(given) : null;
    if (!["http:", "https:"].includes(url?.protocol)) {
      return response.status(400).json({ error: "url must begin with http:// or https://" });
    }
    const code = createHash("sha256").update(url.href).digest("base64url").slice(0, 7);
    links.set(code, url.href);
    response.status(201).json({ code });
  });
  app.get("/:code", (request, response) => {
    const url = links.get(request.params.code);
    if (!url) {
      return response.sendStatus(404);
    }
    followed.inc();
    response.redirect(url);
  });
  return app;
}
