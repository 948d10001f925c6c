/**
 * East Asian Wide and Fullwidth characters (Unicode Annex 11): the scripts in ranges, and the
 * symbols that are drawn as emoji, but for the regional indicators of flags.
 */
const wide =
  /^(?:[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2fb}\u{20000}-\u{3fffd}]|(?![\u{1f1e6}-\u{1f1ff}])\p{Emoji_Presentation})$/u;

/** How many columns of a terminal the character takes. */
export function characterWidth(character: string): 1 | 2 {
  if (character < "\u1100") return 1; // without V8's making the expression
  return wide.test(character) ? 2 : 1;
}
