/**
 * The form by which an analyst says what an alert was.
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { act, say } from "../act.tsx";
import { counted } from "../format.ts";
import { useQuery } from "../query.ts";
import {
  LabelAlert,
  type LabelAlertVariables,
  LabelPreview,
  SetAlertState,
  type TodayAlert,
} from "./today.graphql.ts";

type Label = LabelAlertVariables["label"];

/** Labels with what they mean. */
export const LABELS: Readonly<Record<Label, { title: string; means: string }>> = {
  truePositive: { title: "True positive", means: "It was what it looked like." },
  falsePositive: { title: "False positive", means: "Nothing unusual had happened." },
  benignExpected: {
    title: "Benign, expected",
    means: "Unusual, but expected: a migration, an exercise.",
  },
};
const DAYS = 30;

function Preview({ id }: { id: string }) {
  const preview = useQuery(LabelPreview, { id }).data?.labelPreview;
  if (!preview) return null;
  const { hidden, alerts, days, hiddenTruePositives } = preview;
  const what = preview.features.map(({ phrase }) => phrase).join(", ");
  return (
    <small>
      Hides this user's alerts on this host{what && ` about ${what}`}: {hidden} of{" "}
      {counted(alerts, "alert")} in the last {days} days
      {hiddenTruePositives > 0 && (
        <strong>, {counted(hiddenTruePositives, "true positive")} among them</strong>
      )}
      .
    </small>
  );
}

/** The form; `onDone` is called when the label is given. */
export function LabelForm({ alert, onDone, onCancel }: {
  alert: TodayAlert;
  onDone: () => void;
  onCancel: () => void;
}) {
  const [label, setLabel] = useState<Label>(alert.label ?? "falsePositive");
  const [suppresses, setSuppresses] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLInputElement>("input:checked")?.focus(), []);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const note = String(new FormData(form.current!).get("note")).trim() || null;
    const suppressDays = suppresses && label !== "truePositive" ? DAYS : null;
    const alertId = alert.id;
    if (!await act(LabelAlert, { alertId, label, note, suppressDays })) return;
    onDone();
    say({
      text: `${LABELS[label].title}${suppressDays ? `, suppressed for ${DAYS} days` : ""}.`,
      undo: () => void act(SetAlertState, { alertId, state: "open" }).then(onDone),
    });
  };
  return (
    <form
      class="label-form"
      ref={form}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === "Escape") onCancel();
        if (event.key === "Enter" && !(event.target instanceof HTMLTextAreaElement)) {
          event.preventDefault();
          form.current!.requestSubmit();
        }
      }}
    >
      <fieldset>
        <legend>What was it?</legend>
        {Object.entries(LABELS).map(([value, { title, means }]) => (
          <label class="inline" key={value}>
            <input
              type="radio"
              name="label"
              checked={label === value}
              onChange={() =>
                setLabel(value as Label)}
            />
            <span>
              {title} <small>{means}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <label>
        Note
        <textarea name="note" rows={2} maxLength={2000} defaultValue={alert.note} />
      </label>
      {label !== "truePositive" && (
        <div class="suppress">
          <label class="inline">
            <input
              type="checkbox"
              checked={suppresses}
              onChange={() => setSuppresses(!suppresses)}
            />
            Suppress alerts like this for {DAYS} days
          </label>
          <Preview id={alert.id} />
        </div>
      )}
      <div class="row">
        <button type="submit" class="primary">Save</button>
        <button type="button" class="quiet" onClick={onCancel}>Cancel</button>
      </div>
    </form>
  );
}
