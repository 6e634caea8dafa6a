/**
 * What the process takes in CPU while a window is open, and on until a round of answers is whole (answers =
 * k × connections). Where lanes run in lockstep their CPU comes in bursts, which an edge set by the clock would
 * have or not have.
 */
export class RoundCpu {
  private readonly connections: number;
  private readonly cpuNs: () => number;
  private beganNs = 0;
  private takenNs: number | undefined;
  private answers = 0;

  constructor(connections: number, cpuNs: () => number) {
    this.connections = connections;
    this.cpuNs = cpuNs;
  }

  get hasEnded(): boolean {
    return this.takenNs !== undefined;
  }

  begin(): void {
    this.beganNs = this.cpuNs();
  }

  isWhole(answers: number): boolean {
    return answers > 0 && answers % this.connections === 0;
  }

  /** After so many answers, or failures, since the beginning; later calls change nothing. */
  end(answers: number): void {
    if (this.hasEnded) return;
    this.takenNs = this.cpuNs() - this.beganNs;
    this.answers = answers;
  }

  /** What `answers` took, parts of them included; all that was taken where none has come. */
  nsOf(answers: number): number {
    const takenNs = this.takenNs ?? 0;
    return this.answers === 0 ? takenNs : (takenNs * answers) / this.answers;
  }
}
