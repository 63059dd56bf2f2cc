/**
 * Templates: what all events of a kind share, as trees of elements with places for values. The
 * shapes are those of real logs: System outside, EventData or the root of UserData inside.
 * @module
 */
import { createHash } from "node:crypto";
import type { EventDefinition, ValueType } from "./definitions.ts";

/** What stands in a template's element or attribute: text, or a value put in for each event. */
export type Content =
  | string
  | { readonly value: number; readonly type: ValueType; readonly optional?: true };

/** An element of a template. */
export interface ElementNode {
  /** Tag name. */
  readonly name: string;
  /** Attributes in their order. */
  readonly attributes?: readonly (readonly [string, Content])[];
  /** What it holds: elements, text, values. */
  readonly children?: readonly (ElementNode | Content)[];
}

/** A template: what events of a kind share. */
export interface Template {
  /** Root element of the fragment. */
  readonly root: ElementNode;
  /** 16 bytes that name it: a hash of what it holds, as Windows derives it. */
  readonly guid: Uint8Array;
  /** Bytes that its definition takes at most in a chunk: every name inline. */
  readonly maxBytes: number;
}

function nodeBytes(node: ElementNode | Content): number {
  if (typeof node === "string") return 4 + 2 * node.length;
  if ("value" in node) return 4;
  let bytes = 24 + 2 * node.name.length;
  for (const [name, content] of node.attributes ?? []) {
    bytes += 15 + 2 * name.length + nodeBytes(content);
  }
  for (const child of node.children ?? []) bytes += nodeBytes(child);
  return bytes;
}

/** Makes a template of its root element. */
export function template(root: ElementNode): Template {
  const guid = new Uint8Array(createHash("sha256").update(JSON.stringify(root)).digest());
  return { root, guid: guid.slice(0, 16), maxBytes: 40 + nodeBytes(root) };
}

/** The substitutions of the outer template, in the order in which Windows writes them. */
export const SYSTEM_TYPES: readonly ValueType[] = [
  "u8", // 0 Level
  "u8", // 1 Opcode
  "u16", // 2 Task
  "u16", // 3 EventID
  "u16", // 4 Qualifiers
  "hex64", // 5 Keywords
  "filetime", // 6 TimeCreated
  "guid", // 7 ActivityID
  "u32", // 8 ProcessID
  "u32", // 9 ThreadID
  "u64", // 10 EventRecordID
  "u8", // 11 Version
  "sid", // 12 UserID
  "guid", // 13 RelatedActivityID
  "text", // 14 Provider name
  "guid", // 15 Provider GUID
  "text", // 16 Channel
  "fragment", // 17 EventData or UserData
];

function put(value: number): Content {
  return { value, type: SYSTEM_TYPES[value]!, optional: true };
}

function leaf(name: string, value: number): ElementNode {
  return { name, children: [put(value)] };
}

/** The outer template of a computer's events: System, and EventData or UserData as a fragment. */
export function eventTemplate(computer: string, userData: boolean): Template {
  const body: ElementNode | Content = userData
    ? { name: "UserData", children: [put(17)] }
    : put(17);
  return template({
    name: "Event",
    attributes: [["xmlns", "http://schemas.microsoft.com/win/2004/08/events/event"]],
    children: [
      {
        name: "System",
        children: [
          { name: "Provider", attributes: [["Name", put(14)], ["Guid", put(15)]] },
          { name: "EventID", attributes: [["Qualifiers", put(4)]], children: [put(3)] },
          leaf("Version", 11),
          leaf("Level", 0),
          leaf("Task", 2),
          leaf("Opcode", 1),
          leaf("Keywords", 5),
          { name: "TimeCreated", attributes: [["SystemTime", put(6)]] },
          leaf("EventRecordID", 10),
          {
            name: "Correlation",
            attributes: [["ActivityID", put(7)], ["RelatedActivityID", put(13)]],
          },
          { name: "Execution", attributes: [["ProcessID", put(8)], ["ThreadID", put(9)]] },
          leaf("Channel", 16),
          { name: "Computer", children: [computer] },
          { name: "Security", attributes: [["UserID", put(12)]] },
        ],
      },
      body,
    ],
  });
}

/** The inner template of an event: its EventData, or the root element of its UserData. */
export function dataTemplate(definition: EventDefinition): Template {
  const { fields, userData } = definition;
  if (userData !== "") {
    return template({
      name: userData,
      attributes: [["xmlns", "http://manifests.microsoft.com/win/2004/08/windows/eventlog"]],
      children: fields.map(({ name, type }, value) => ({ name, children: [{ value, type }] })),
    });
  }
  return template({
    name: "EventData",
    children: fields.map(({ name, type }, value): ElementNode => {
      if (name === "Binary" || type === "strings") {
        return { name: name === "Binary" ? name : "Data", children: [{ value, type }] };
      }
      return { name: "Data", attributes: [["Name", name]], children: [{ value, type }] };
    }),
  });
}
