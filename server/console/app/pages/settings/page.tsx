/**
 * Settings, in parts; each part is an address of its own.
 * @module
 */
import type { ComponentType } from "preact";
import { parameter } from "../../router.ts";
import { PageHead } from "../../ui/parts.tsx";
import { type Permission, useMay } from "../../viewer.ts";
import { Accounts, Enrolment, Tokens } from "./access.tsx";
import { Exports, Privacy } from "./outside.tsx";
import { Budget, Suppressions } from "./watching.tsx";

interface Part {
  readonly id: string;
  readonly title: string;
  readonly needs: Permission;
  readonly component: ComponentType;
}

const PARTS: readonly Part[] = [
  { id: "", title: "Budget", needs: "read", component: Budget },
  { id: "suppressions", title: "Suppressions", needs: "read", component: Suppressions },
  { id: "enrolment", title: "Enrolment", needs: "accounts", component: Enrolment },
  { id: "accounts", title: "Accounts", needs: "triage", component: Accounts },
  { id: "tokens", title: "API tokens", needs: "read", component: Tokens },
  { id: "privacy", title: "Privacy", needs: "unmask", component: Privacy },
  { id: "exports", title: "Exports", needs: "configure", component: Exports },
];

function Tab({ part, isChosen }: { part: Part; isChosen: boolean }) {
  if (!useMay(part.needs)) return null;
  return (
    <a
      href={part.id ? `/settings?part=${part.id}` : "/settings"}
      aria-current={isChosen ? "page" : undefined}
    >
      {part.title}
    </a>
  );
}

/** The page. */
export function Settings() {
  const chosen = PARTS.find(({ id }) => id === parameter("part")) ?? PARTS[0]!;
  return (
    <>
      <PageHead title="Settings" />
      <nav class="parts" aria-label="Parts of the settings">
        {PARTS.map((part) => <Tab key={part.id} part={part} isChosen={part === chosen} />)}
      </nav>
      <chosen.component key={chosen.id} />
    </>
  );
}
