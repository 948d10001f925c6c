/** strconv.FormatFloat for the verbs e, f and g; for g no precision means the shortest exact form. */
export function formatFloat(value: number, verb: "e" | "f" | "g", precision?: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const magnitude = Math.abs(value);
  if (verb === "f") return sign + fixed(magnitude, precision ?? 6);
  if (verb === "e") {
    const { digits, exponent } = decimal(magnitude, (precision ?? 6) + 1);
    return sign + exponential(digits, exponent);
  }
  return sign + general(magnitude, precision);
}

/**
 * The significant digits of a value and the exponent of the first one. JavaScript rounds what lies
 * in the middle up and Go to the even digit; 100 digits are enough to see where the middle is.
 */
function decimal(value: number, significant?: number): { digits: string; exponent: number } {
  const digitsAfterFirst = significant === undefined ? undefined : Math.min(significant - 1, 100);
  const rounded = parseExponential(value.toExponential(digitsAfterFirst));
  if (significant === undefined) return rounded;
  const exact = parseExponential(value.toExponential(100));
  const kept = exact.digits.slice(0, significant);
  return isRoundedDown(kept, exact.digits.slice(significant))
    ? { digits: kept, exponent: exact.exponent }
    : rounded;
}

function parseExponential(text: string): { digits: string; exponent: number } {
  const [mantissa, exponent] = text.split("e");
  return { digits: mantissa.replace(".", ""), exponent: Number(exponent) };
}

/** Number.toFixed gives up at 1e21, where every value is an integer. */
function fixed(value: number, precision: number): string {
  if (value >= 1e21) {
    return BigInt(value).toString() + (precision > 0 ? "." + "0".repeat(precision) : "");
  }
  const exact = value.toFixed(100);
  const end = exact.indexOf(".") + 1 + Math.min(precision, 100);
  const kept = exact.slice(0, precision === 0 ? end - 1 : end);
  return isRoundedDown(kept, exact.slice(end)) ? kept : value.toFixed(Math.min(precision, 100));
}

/** Whether the rest lies in the middle and the digits in front of it are even. */
function isRoundedDown(kept: string, rest: string): boolean {
  return /^50*$/.test(rest) && "02468".includes(kept[kept.length - 1]);
}

/** Takes the exponent form below 1e-4, and where the integer part has more digits than asked for. */
function general(value: number, precision?: number): string {
  const wanted = precision === undefined ? undefined : Math.max(precision, 1);
  const rounded = decimal(value, wanted);
  const exponent = rounded.exponent;
  const digits = rounded.digits.replace(/0+$/, "") || "0";
  let limit = wanted ?? 6;
  if (wanted !== undefined && wanted > digits.length && digits.length > exponent) {
    limit = digits.length;
  }
  if (exponent < -4 || exponent >= limit) return exponential(digits, exponent);
  if (exponent < 0) return "0." + "0".repeat(-exponent - 1) + digits;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const fraction = digits.slice(exponent + 1);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

function exponential(digits: string, exponent: number): string {
  const fraction = digits.length > 1 ? "." + digits.slice(1) : "";
  const magnitude = String(Math.abs(exponent)).padStart(2, "0");
  return `${digits[0]}${fraction}e${exponent < 0 ? "-" : "+"}${magnitude}`;
}
