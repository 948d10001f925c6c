/** One record of comma-separated values (RFC 4180), with the errors of Go's encoding/csv. */

/**
 * The fields of a record. A field in double quotes can hold commas, and quotes that are doubled.
 * Throws an Error that names the column, in bytes from 1.
 */
export function parseCsvRecord(record: string): string[] {
  const fields: string[] = [];
  let at = 0;
  while (true) {
    const [field, end] = record[at] === '"' ? quotedField(record, at) : plainField(record, at);
    fields.push(field);
    if (end >= record.length) return fields;
    at = end + 1;
  }
}

function plainField(record: string, start: number): [field: string, end: number] {
  const comma = record.indexOf(",", start);
  const end = comma < 0 ? record.length : comma;
  const field = record.slice(start, end);
  const quote = field.indexOf('"');
  if (quote >= 0) throw parseError(record, start + quote, 'bare " in non-quoted-field');
  return [field, end];
}

function quotedField(record: string, start: number): [field: string, end: number] {
  let field = "";
  let at = start + 1;
  while (true) {
    const quote = record.indexOf('"', at);
    if (quote < 0) throw misquoted(record, record.length);
    field += record.slice(at, quote);
    at = quote + 1;
    if (at === record.length || record[at] === ",") return [field, at];
    if (record[at] !== '"') throw misquoted(record, quote);
    field += '"';
    at++;
  }
}

function misquoted(record: string, at: number): Error {
  return parseError(record, at, 'extraneous or missing " in quoted-field');
}

function parseError(record: string, at: number, reason: string): Error {
  const column = new TextEncoder().encode(record.slice(0, at)).length + 1;
  return new Error(`parse error on line 1, column ${column}: ${reason}`);
}
