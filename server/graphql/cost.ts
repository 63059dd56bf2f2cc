/**
 * What an operation may cost, judged before anything runs: every field costs its weight (1 unless
 * its `extensions.cost` says otherwise), and a list of `first: n` costs n times its rows.
 * @module
 */
import {
  type ASTVisitor,
  type FieldNode,
  getNamedType,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isCompositeType,
  isObjectType,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from "graphql";
import { MAX_PAGE } from "./keyset.ts";

/** Most that one operation may cost: 500 rows of 100 plain fields. */
export const MAX_COST = 50_000;
const DEFAULT_PAGE = 50;

/** Rows that a field's `first` asks for; a variable may stand for the largest page. */
function rows(field: FieldNode): number {
  const first = field.arguments?.find(({ name }) => name.value === "first")?.value;
  if (first?.kind === "IntValue") return Math.min(Math.max(Number(first.value), 1), MAX_PAGE);
  return first?.kind === "Variable" ? MAX_PAGE / 5 : DEFAULT_PAGE;
}

/** Walks an operation with its fragments; a fragment inside itself is another rule's error. */
class Meter {
  readonly #path = new Set<string>();
  #spent = 0;

  constructor(readonly context: ValidationContext) {}

  cost(
    selections: SelectionSetNode,
    type: GraphQLOutputType | null | undefined,
    factor: number,
  ): number {
    const named = type ? getNamedType(type) : undefined;
    const fields = isObjectType(named) ? (named as GraphQLObjectType).getFields() : {};
    for (const selection of selections.selections) {
      if (this.#spent > MAX_COST) break; // no need to know by how much
      if (selection.kind === "Field") {
        const field = fields[selection.name.value];
        const weight = Number(field?.extensions.cost ?? 1);
        this.#spent += weight * factor;
        if (!selection.selectionSet) continue;
        const paged = field?.args.some(({ name }) => name === "first");
        this.cost(
          selection.selectionSet,
          field?.type,
          factor * weight * (paged ? rows(selection) : 1),
        );
      } else if (selection.kind === "InlineFragment") {
        const on = selection.typeCondition?.name.value;
        this.cost(selection.selectionSet, this.#composite(on) ?? type, factor);
      } else this.#fragment(selection.name.value, factor);
    }
    return this.#spent;
  }

  #fragment(name: string, factor: number): void {
    const fragment = this.context.getFragment(name);
    if (!fragment || this.#path.has(name)) return;
    this.#path.add(name);
    this.cost(fragment.selectionSet, this.#composite(fragment.typeCondition.name.value), factor);
    this.#path.delete(name);
  }

  #composite(name: string | undefined): GraphQLOutputType | undefined {
    const type = name === undefined ? undefined : this.context.getSchema().getType(name);
    return isCompositeType(type) ? type : undefined;
  }
}

/** The validation rule. */
export const costRule: ValidationRule = (context): ASTVisitor => ({
  OperationDefinition(operation) {
    const schema = context.getSchema();
    const root = schema.getRootType(operation.operation);
    const cost = new Meter(context).cost(operation.selectionSet, root, 1);
    if (cost <= MAX_COST) return;
    context.reportError(
      new GraphQLError(
        `This operation may cost more than ${MAX_COST}: ask for fewer rows (first) or fewer fields`,
        { nodes: operation, extensions: { code: "TOO_COSTLY", http: { status: 400 } } },
      ),
    );
  },
});
