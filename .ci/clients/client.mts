// What an integrator would write with the generated TypeScript types: list visits, and read one fault.
import createClient from "openapi-fetch";
import type { paths } from "./schema.d.ts";

declare const process: { env: Record<string, string | undefined>; exit(code: number): never };

const client = createClient<paths>({
  baseUrl: process.env.REGISTER_URL ?? "",
  headers: { Authorization: `Bearer ${process.env.REGISTER_TOKEN}` },
});

const { data, error, response } = await client.GET("/api/v1/visits", { params: { query: { limit: 5 } } });
if (data === undefined) {
  console.error(response.status, error);
  process.exit(1);
}
const titles: string[] = data.items.map((visit) => visit.title ?? "?");
if (titles.length === 0) {
  console.error("no visit was listed");
  process.exit(1);
}
console.log(`${titles.length} visits listed, the first: ${titles[0]}`);
