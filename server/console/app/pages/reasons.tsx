/**
 * Why a window is strange: each column with its value, what is usual, and what it may show.
 * @module
 */
import { amount, percent, usual } from "../format.ts";
import { csv } from "../ui/csv.ts";
import { Bar, Techniques } from "../ui/parts.tsx";
import { save } from "../ui/save.ts";

/** A column's part in a score. */
export interface Reason {
  readonly share: number;
  readonly value: number;
  readonly usualLow: number;
  readonly usualHigh: number;
  readonly feature: {
    readonly name: string;
    readonly phrase: string;
    readonly unit: string;
    readonly techniques: readonly string[];
  };
}

const HEAD = ["What", "Value", "Usually from", "Usually to", "Part of the score", "May show"];

function download(reasons: readonly Reason[]): void {
  const lines = reasons.map(({ feature, value, usualLow, usualHigh, share }) => {
    return [feature.phrase, value, usualLow, usualHigh, share, feature.techniques.join(" ")];
  });
  save("habit-reasons.csv", csv([HEAD, ...lines]));
}

/** The columns that contribute most. */
export function Reasons({ reasons }: { reasons: readonly Reason[] }) {
  return (
    <>
      <table class="reasons">
        <caption class="sr">Columns that contribute most to the score</caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col" class="numeric">Value</th>
            <th scope="col" class="numeric">Usually</th>
            <th scope="col">Part of the score</th>
            <th scope="col" class="wide">May show</th>
          </tr>
        </thead>
        <tbody>
          {reasons.map(({ share, value, usualLow, usualHigh, feature }) => (
            <tr key={feature.name}>
              <th scope="row">{feature.phrase}</th>
              <td class="numeric">{amount(value, feature.unit)}</td>
              <td class="numeric muted">{usual(usualLow, usualHigh, feature.unit)}</td>
              <td>
                <span class="part">
                  <Bar share={share} />
                  <span class="muted">{percent(share)}</span>
                </span>
              </td>
              <td class="wide">
                <Techniques ids={feature.techniques} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <button type="button" class="quiet" onClick={() => download(reasons)}>
        CSV of the reasons
      </button>
    </>
  );
}
