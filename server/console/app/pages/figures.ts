/**
 * What training says of a model, out of the JSON that it is stored as.
 * @module
 */

/** A detector's result in the duel. */
export interface Rival {
  readonly name: string;
  /** ROC AUC on held-out windows against synthetic anomalies. */
  readonly auc: number;
  readonly isRejected: boolean;
  /** Stands beside the nets, and judges nothing. */
  readonly isPlain: boolean;
}

/** How a model came to be. */
export interface ModelFigures {
  /** Best first. */
  readonly rivals: readonly Rival[];
  readonly winner?: string;
  /** How much better the winner is than the other net. */
  readonly margin?: number;
  readonly collapsed: boolean;
  /** Why the fleet's model stands in. */
  readonly standIn?: string;
  readonly engine?: string;
  readonly heldOut?: number;
  /** Last loss by net. */
  readonly losses: readonly (readonly [string, number])[];
}

const NAMES: Readonly<Record<string, string>> = {
  autoencoder: "Autoencoder",
  gan: "GAN",
  fused: "Both, fused",
};

/** A detector's name for people: rareColumns is Rare columns. */
export function rivalName(key: string): string {
  const words = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return NAMES[key] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

const text = (value: unknown) => typeof value === "string" ? value : undefined;
const finite = (value: unknown) => typeof value === "number" ? value : undefined;

/** Reads the figures of a model; what is missing or of another form is left out. */
export function readFigures(figures: unknown): ModelFigures {
  const { duel, losses, standIn, engine, heldOut } = record(figures);
  const { margin, winner, rejected, collapsed, plain, ...aucs } = record(duel);
  const out = new Set(Array.isArray(rejected) ? rejected : []);
  const rivals = [aucs, record(plain)].flatMap((group, i) =>
    Object.entries(group).flatMap(([key, auc]) =>
      typeof auc === "number" && auc <= 1
        ? [{ name: rivalName(key), auc, isRejected: out.has(key), isPlain: i === 1 }]
        : []
    )
  );
  const won = text(winner);
  return {
    rivals: rivals.sort((a, b) => b.auc - a.auc),
    winner: won && rivalName(won),
    margin: finite(margin),
    collapsed: collapsed === true,
    standIn: text(standIn),
    engine: text(engine),
    heldOut: finite(heldOut),
    losses: Object.entries(record(losses)).flatMap(([key, loss]) =>
      typeof loss === "number" ? [[rivalName(key), loss] as const] : []
    ),
  };
}
