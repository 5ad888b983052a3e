/** The documents of `tabs/`: a purchase, the work of staff. Their names give the order, their first line says what for. */

/** A document to run. */
export interface Step {
  /** The name of its operation, which is the title of its tab. */
  operation: string;
  /** `shop`, `staff` or `live`. */
  group: string;
  /** What it is for. */
  purpose: string;
  query: string;
  variables: string;
}

const documents = import.meta.glob<string>('./tabs/*.graphql', { query: '?raw', import: 'default', eager: true });
const variables = import.meta.glob<string>('./tabs/*.json', { query: '?raw', import: 'default', eager: true });

/** All steps in the order of their files. */
export const STEPS: readonly Step[] = Object.entries(documents).map(([path, query]) => ({
  operation: /^(?:query|mutation|subscription) (\w+)/m.exec(query)?.[1] ?? path,
  group: /\/(\w+)-\d+-/.exec(path)?.[1] ?? '',
  purpose: /^# (.*)$/m.exec(query)?.[1] ?? '',
  query: query.replace(/^# .*\n/, '').trimEnd(),
  variables: (variables[path.replace(/graphql$/, 'json')] ?? '').trimEnd(),
}));

export function stepsOf(group: string): Step[] {
  return STEPS.filter((step) => step.group === group);
}
