/** What is wrong with a configuration's text. */
export interface ConfigFault {
  readonly message: string;
  /** The member concerned; undefined where the text is no JSON. */
  readonly member: string | undefined;
  /** Where in the text, up to the character before `to`. */
  readonly from: number;
  readonly to: number;
}
