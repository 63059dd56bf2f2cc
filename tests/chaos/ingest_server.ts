/**
 * A server of its own process, to be killed: ingest, and Postgres unless DATABASE_URL names one.
 * Prints where both are, as JSON.
 */
import { startEmbedded } from "@/db/embedded.ts";
import { openDatabase } from "@/db/open.ts";
import { HttpError } from "@/server/http/responses.ts";
import { createIngest } from "@/server/ingest.ts";
import { createJobs } from "@/server/jobs/jobs.ts";

const url = Deno.env.get("DATABASE_URL") || (await startEmbedded(Deno.args[0])).url;
const database = await openDatabase(url);
const { due } = await createJobs(database);
const ingest = createIngest(database, { due });
Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(JSON.stringify({ address: `http://127.0.0.1:${port}`, url })),
}, async (request) => {
  try {
    return await ingest(request, {});
  } catch (error) {
    return error instanceof HttpError ? error.response() : new Response(null, { status: 500 });
  }
});
