/** A server of its own process, to be killed: Postgres and ingest. Prints where both are, as JSON. */
import { startEmbedded } from "@/db/embedded.ts";
import { openDatabase } from "@/db/open.ts";
import { HttpError } from "@/server/http/responses.ts";
import { createIngest } from "@/server/ingest.ts";
import { createJobs } from "@/server/jobs/jobs.ts";

const cluster = await startEmbedded(Deno.args[0]);
const database = await openDatabase(cluster.url);
const { due } = await createJobs(database);
const ingest = createIngest(database, { due });
Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) =>
    console.log(JSON.stringify({ address: `http://127.0.0.1:${port}`, url: cluster.url })),
}, async (request) => {
  try {
    return await ingest(request, {});
  } catch (error) {
    return error instanceof HttpError ? error.response() : new Response(null, { status: 500 });
  }
});
