/**
 * Trains the jobs it is sent, one after the other, and tells of progress and results.
 * @module
 */
import type { LossPoint, TrainingJob, TrainingResult } from "@/models/engine.ts";
import { trainHost } from "./host.ts";
import type { Kernel } from "./kernel.ts";
import { createKernel, type KernelName } from "./kernels.ts";

/** To a Worker. */
export interface Order {
  /** Whose kernel trains; the same for all orders to a Worker. */
  readonly engine: KernelName;
  /** Comes back in the answers. */
  readonly ticket: number;
  /** What to train. */
  readonly job: TrainingJob;
}

/** From a Worker: one of the three. */
export interface Answer {
  /** The order's. */
  readonly ticket: number;
  /** A look at the losses. */
  readonly point?: LossPoint;
  /** The end. */
  readonly result?: TrainingResult;
  /** What a defect of ours threw: a job's own faults are results. */
  readonly error?: string;
}

/** The part of a Worker's global scope that this module uses. */
interface Scope {
  onmessage: (event: MessageEvent<Order>) => void;
  postMessage(answer: Answer): void;
}

const scope = globalThis as unknown as Scope;
let kernel: Kernel | undefined;

scope.onmessage = ({ data: { engine, ticket, job } }) => {
  try {
    kernel ??= createKernel(engine);
    const training = trainHost(kernel, job);
    let next = training.next();
    while (!next.done) {
      scope.postMessage({ ticket, point: next.value });
      next = training.next();
    }
    scope.postMessage({ ticket, result: next.value });
  } catch (error) {
    scope.postMessage({ ticket, error: error instanceof Error ? error.stack! : String(error) });
  }
};
