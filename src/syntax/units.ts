// What a person may write behind a number of bytes. Which of it the language knows, the checker says.

const unit = /^(?:[KMGTkmgt]i?[Bb]|B|[Bb]ytes?)$/;

export function looksLikeUnit(text: string): boolean {
  return unit.test(text);
}
