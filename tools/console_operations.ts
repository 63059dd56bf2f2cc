/**
 * Checks the console's GraphQL operations against schema.graphql, and writes their types.
 * @module
 */
import { createHash } from "node:crypto";
import {
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type GraphQLType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  stripIgnoredCharacters,
  typeFromAST,
  type TypeNode,
  validate,
  visit,
} from "graphql";

const SCALARS: Readonly<Record<string, string>> = {
  ID: "string",
  String: "string",
  DateTime: "string",
  Int: "number",
  Float: "number",
  Boolean: "boolean",
  JSON: "unknown",
};

const members = (names: readonly string[]) => names.map((name) => `"${name}"`).join(" | ");

/** A type's text around the text of what it names; nullable unless the schema says otherwise. */
function wrapped(type: GraphQLType, inner: (named: GraphQLType) => string): string {
  if (isNonNullType(type)) return bare(type.ofType, inner);
  return `${bare(type, inner)} | null`;
}

function bare(type: GraphQLType, inner: (named: GraphQLType) => string): string {
  if (isListType(type)) return `readonly (${wrapped(type.ofType, inner)})[]`;
  return inner(type);
}

function leaf(type: GraphQLType): string {
  if (isEnumType(type)) return members(type.getValues().map(({ name }) => name));
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).map(({ name, type }) =>
      `readonly ${name}${isNonNullType(type) ? "" : "?"}: ${wrapped(type, leaf)};`
    );
    return `{ ${fields.join(" ")} }`;
  }
  return SCALARS[getNamedType(type as GraphQLOutputType).name] ?? "unknown";
}

/** The type of a selection: its own fields, and the types of the fragments that it spreads. */
function selection(set: SelectionSetNode, on: GraphQLType): string {
  const fields: string[] = [];
  const spreads: string[] = [];
  for (const node of set.selections) {
    if (node.kind === Kind.FRAGMENT_SPREAD) spreads.push(node.name.value);
    else if (node.kind === Kind.INLINE_FRAGMENT) {
      throw new SyntaxError("Cannot type an inline fragment: name it, on an object type");
    } else if (isObjectType(on)) {
      const field = on.getFields()[node.name.value];
      const type = node.name.value === "__typename" ? `"${on.name}"` : wrapped(
        field!.type,
        (named) => isCompositeType(named) ? selection(node.selectionSet!, named) : leaf(named),
      );
      fields.push(`readonly ${(node.alias ?? node.name).value}: ${type};`);
    }
  }
  const own = fields.length > 0 || spreads.length === 0 ? [`{ ${fields.join(" ")} }`] : [];
  return [...own, ...spreads].join(" & ");
}

/** Names of the fragments that a node spreads, and of those that they spread. */
function spreadBy(
  node: OperationDefinitionNode | FragmentDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  found = new Set<string>(),
): Set<string> {
  visit(node, {
    FragmentSpread({ name }) {
      if (found.has(name.value)) return;
      found.add(name.value);
      spreadBy(fragments.get(name.value)!, fragments, found);
    },
  });
  return found;
}

function variables(schema: GraphQLSchema, { variableDefinitions = [] }: OperationDefinitionNode) {
  const fields = variableDefinitions.map(({ variable, type, defaultValue }) => {
    const inputType = typeFromAST(schema, type as TypeNode & never) as GraphQLType | undefined;
    const optional = !isNonNullType(inputType) || defaultValue;
    return `readonly ${variable.name.value}${optional ? "?" : ""}: ${wrapped(inputType!, leaf)};`;
  });
  return fields.length === 0 ? "Record<string, never>" : `{ ${fields.join(" ")} }`;
}

/** What is made of one file of operations. */
export interface BuiltOperations {
  /** The module of types and hashes. */
  readonly module: string;
  /** Documents by the SHA-256 of their text, hex: the browser sends the hash alone. */
  readonly documents: ReadonlyMap<string, string>;
}

/**
 * Types and documents of one file of operations; `toOperation` is the path from there to the module
 * of `Operation`.
 * @throws SyntaxError naming the file and what the schema does not allow.
 */
export function buildOperations(
  schema: GraphQLSchema,
  file: string,
  text: string,
  toOperation: string,
): BuiltOperations {
  const document = parse(text);
  const [error] = validate(schema, document);
  if (error) throw new SyntaxError(`${file} does not fit the schema: ${error.message}`);
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
    else if (node.kind === Kind.OPERATION_DEFINITION) operations.push(node);
  }
  const parts = [
    `/**\n * Types and hashes of ${file}; written by \`deno task build:console\`.\n * @module\n */`,
    `import type { Operation } from "${toOperation}";`,
  ];
  for (const [name, { selectionSet, typeCondition }] of fragments) {
    const type = selection(selectionSet, schema.getType(typeCondition.name.value)!);
    parts.push(`/** Fragment ${name}. */\nexport type ${name} = ${type};`);
  }
  const documents = new Map<string, string>();
  for (const operation of operations) {
    const name = operation.name!.value;
    const spread = [...spreadBy(operation, fragments)].map((name) => print(fragments.get(name)!));
    const whole = stripIgnoredCharacters([print(operation), ...spread].join("\n"));
    const hash = createHash("sha256").update(whole).digest("hex");
    documents.set(hash, whole);
    const root = schema.getRootType(operation.operation)!;
    parts.push(
      `/** What ${name} gives. */\nexport type ${name}Data = ${
        selection(operation.selectionSet, root)
      };`,
      `/** What ${name} takes. */\nexport type ${name}Variables = ${variables(schema, operation)};`,
      `/** The ${operation.operation} ${name}. */\nexport const ${name}: Operation<${name}Data, ${name}Variables> = {\n  name: "${name}",\n  hash: "${hash}",\n};`,
    );
  }
  return { module: parts.join("\n\n") + "\n", documents };
}
