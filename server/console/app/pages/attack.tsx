/**
 * The ATT&CK matrix: what columns may show, and what alerts of 90 days did show.
 * @module
 */
import { counted } from "../format.ts";
import { useQuery } from "../query.ts";
import { csv } from "../ui/csv.ts";
import { save } from "../ui/save.ts";
import { Answered, PageHead, Time } from "../ui/parts.tsx";
import { Attack as AttackTechniques, type AttackData } from "./attack.graphql.ts";
import { TACTICS } from "./attack_names.ts";

type Technique = AttackData["techniques"][number];

/** Tactics with their techniques; those that no list knows stand under the last. */
export function matrix(techniques: readonly Technique[]): [string, [string, Technique][]][] {
  const left = new Map(techniques.map((technique) => [technique.id, technique]));
  const tactics = TACTICS.map(([tactic, names]): [string, [string, Technique][]] => {
    const found = Object.entries(names).flatMap(([id, name]): [string, Technique][] => {
      const technique = left.get(id);
      left.delete(id);
      return technique ? [[name, technique]] : [];
    });
    return [tactic, found];
  });
  if (left.size > 0) tactics.push(["Other", [...left.values()].map((it) => [it.id, it])]);
  return tactics.filter(([, found]) => found.length > 0);
}

function Cell({ name, technique }: { name: string; technique: Technique }) {
  const { id, alerts, latest, columns } = technique;
  const level = alerts === 0 ? "" : alerts < 5 ? " seen" : " often";
  return (
    <li class={`technique${level}`}>
      <details>
        <summary>
          <strong>{name}</strong>
          <span class="muted">{id}</span>
          {alerts > 0 && <span class="badge">{counted(alerts, "alert")}</span>}
        </summary>
        {latest && (
          <p>
            Latest <Time at={latest} />
          </p>
        )}
        <ul>{columns.map(({ name, phrase }) => <li key={name}>{phrase}</li>)}</ul>
      </details>
    </li>
  );
}

/** The page. */
export function Attack() {
  const query = useQuery(AttackTechniques, {});
  const download = () => {
    const rows = matrix(query.data?.techniques ?? []).flatMap(([tactic, found]) =>
      found.map(([name, { id, alerts, latest, columns }]) => [
        tactic,
        id,
        name,
        alerts,
        latest ?? "",
        columns.map(({ name }) => name).join(" "),
      ])
    );
    save(
      "habit-attack.csv",
      csv([["tactic", "id", "name", "alerts", "latest", "columns"], ...rows]),
    );
  };
  const seen = query.data?.techniques.filter(({ alerts }) => alerts > 0).length ?? 0;
  return (
    <>
      <PageHead
        title="ATT&CK"
        lead={query.data &&
          `${query.data.techniques.length} techniques are covered by a feature; alerts of 90 days may show ${seen} of them.`}
      >
        <button type="button" class="quiet" onClick={download}>CSV</button>
      </PageHead>
      <Answered query={query}>
        {({ techniques }) => (
          <div class="matrix">
            {matrix(techniques).map(([tactic, found]) => (
              <section key={tactic}>
                <h2>{tactic}</h2>
                <ul>
                  {found.map(([name, technique]) => (
                    <Cell key={technique.id} name={name} technique={technique} />
                  ))}
                </ul>
              </section>
            ))}
          </div>
        )}
      </Answered>
    </>
  );
}
