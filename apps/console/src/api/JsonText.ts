/** A body that somebody wrote as JSON: sent as it is, so that the server's complaints are about its lines. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
