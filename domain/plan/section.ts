/** One titled part of a plan as people read it. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
  /** Text by others, such as commit subjects: shown, never interpreted. */
  readonly quoted?: readonly string[];
}
