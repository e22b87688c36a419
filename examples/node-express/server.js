import { application } from "./app.js";

const app = application({ title: process.env.TITLE });
const port = Number(process.env.PORT ?? 8080);
const server = app.listen(port, () => console.log(`listening on ${port}`));

process.on("SIGTERM", () => {
  // New requests may arrive until the cluster has heard that this pod is not ready.
  app.locals.ready = false;
  setTimeout(() => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  }, 2000);
});
