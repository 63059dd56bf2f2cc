/**
 * One alert in the list: the sentence; opened, its reasons and what can be done about it.
 * @module
 */
import { useContext } from "preact/hooks";
import { act } from "../act.tsx";
import { percent, sentenceParts } from "../format.ts";
import { useQuery } from "../query.ts";
import { Answered, EntityKind, Rarity, Techniques, Time, Where, Who } from "../ui/parts.tsx";
import { Me, useMay } from "../viewer.ts";
import { LabelForm, LABELS } from "./label.tsx";
import { Reasons } from "./reasons.tsx";
import { AlertReasons, AssignAlert, type TodayAlert } from "./today.graphql.ts";

/** What the list hands to a row. */
export interface AlertRowProps {
  readonly alert: TodayAlert;
  readonly isOpen: boolean;
  readonly isNew: boolean;
  readonly isLabelled: boolean;
  readonly onToggle: () => void;
  readonly onFocus: () => void;
  readonly onLabel: (labelled: boolean) => void;
  readonly onClose: () => void;
  readonly onChange: () => void;
}

function Details({ alert, ...row }: AlertRowProps) {
  const query = useQuery(AlertReasons, { id: alert.id });
  const { accountId, name } = useContext(Me);
  const mayTriage = useMay("triage");
  const takes = () => act(AssignAlert, { alertId: alert.id, accountId }).then(row.onChange);
  return (
    <div class="details">
      <Answered query={query}>
        {({ alert: found }) =>
          found?.score
            ? (
              <>
                <Reasons reasons={found.score.contributions} />
                <p class="facts">
                  <span>
                    The model knows {percent(found.score.confidence)} of the history that it wants.
                  </span>
                  {alert.user && (
                    <a
                      href={`/users/${encodeURIComponent(alert.user.id)}?at=${alert.start}`}
                    >
                      The whole hour on the user's timeline
                    </a>
                  )}
                </p>
              </>
            )
            : <p class="muted">The window behind this alert is past its retention.</p>}
      </Answered>
      {alert.note && <blockquote>{alert.note}</blockquote>}
      {mayTriage && !row.isLabelled && (
        <div class="row">
          <button type="button" class="primary" onClick={() => row.onLabel(true)}>
            Label <kbd>l</kbd>
          </button>
          <button type="button" onClick={row.onClose}>
            {alert.state === "open" ? "Close" : "Open again"} <kbd>e</kbd>
          </button>
          {accountId && alert.assignee !== name && (
            <button type="button" onClick={takes}>Assign to me</button>
          )}
        </div>
      )}
      {mayTriage && row.isLabelled && (
        <LabelForm
          alert={alert}
          onDone={row.onChange}
          onCancel={() => row.onLabel(false)}
        />
      )}
    </div>
  );
}

/** The row. */
export function AlertRow(props: AlertRowProps) {
  const { alert, isOpen, isNew, onToggle, onFocus } = props;
  const { text, techniques } = sentenceParts(alert.sentence);
  return (
    <li class={isNew ? "alert new" : "alert"} id={alert.id}>
      <button
        type="button"
        class="sentence"
        aria-expanded={isOpen}
        onClick={onToggle}
        onFocus={onFocus}
      >
        {text}
      </button>
      <div class="facts">
        <Rarity p={alert.p} />
        <Who user={alert.user} />
        {alert.user && <EntityKind kind={alert.user.entityClass} />}
        <Where host={alert.host} />
        <Time at={alert.start} />
        <Techniques ids={techniques} />
        {alert.label && <span class="badge accent">{LABELS[alert.label].title}</span>}
        {alert.assignee && (
          <span>
            assigned to <bdi>{alert.assignee}</bdi>
          </span>
        )}
      </div>
      {isOpen && <Details {...props} />}
    </li>
  );
}
