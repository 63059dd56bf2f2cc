/**
 * What administrators decide about models: how they are trained, and going back to an earlier one.
 * @module
 */
import { openModel } from "@/models/detection.ts";
import { parseTraining, type TrainingSettings } from "@/models/training.ts";
import { trainingSettings } from "@/server/jobs/train.ts";
import { act, payload } from "../act.ts";
import { builder, idParts, needs } from "../builder.ts";
import { UserError } from "../errors.ts";
import { Model } from "./operations.ts";
import { set, Settings, settings, SettingsPayload } from "./settings.ts";

const Training = builder.objectRef<TrainingSettings>("Training").implement({
  description: "How nets are trained; null where it is as measured best.",
  fields: (t) => ({
    preset: t.string({
      nullable: true,
      description: "Of the autoencoder: seed is 128-64-32-16-32-64-128, wide 128-128-64-128-128.",
      resolve: ({ autoencoder }) => autoencoder?.preset,
    }),
    hidden: t.intList({
      nullable: true,
      description: "Units of the autoencoder's hidden layers, in place of a preset.",
      resolve: ({ autoencoder }) => autoencoder?.hidden as number[] | undefined,
    }),
    steps: t.int({
      nullable: true,
      description: "Steps of the autoencoder.",
      resolve: ({ autoencoder }) => autoencoder?.steps,
    }),
    generator: t.intList({
      nullable: true,
      description: "Units of the generator's hidden layers.",
      resolve: ({ gan }) => gan?.generator as number[] | undefined,
    }),
    discriminator: t.intList({
      nullable: true,
      description: "Units of the discriminator's hidden layers.",
      resolve: ({ gan }) => gan?.discriminator as number[] | undefined,
    }),
    ganSteps: t.int({
      nullable: true,
      description: "Steps of the GAN.",
      resolve: ({ gan }) => gan?.steps,
    }),
    trim: t.float({
      nullable: true,
      description: "Share of each host's strangest training windows that is left out.",
      resolve: ({ trim }) => trim,
    }),
  }),
});

builder.objectField(Settings, "training", (t) =>
  t.field({
    type: Training,
    description: "How nets are trained.",
    resolve: (_, _args, { sql }) => trainingSettings(sql),
  }));

const TrainingInput = builder.inputType("TrainingInput", {
  description: "How nets are trained; what is left out is as measured best.",
  fields: (t) => ({
    preset: t.string({ description: "Of the autoencoder: seed or wide." }),
    hidden: t.intList({ description: "Autoencoder: 1 to 12 hidden layers of 1 to 512 units." }),
    steps: t.int({ description: "Steps of the autoencoder, 1 to 50,000." }),
    generator: t.intList({ description: "Generator: 1 to 12 hidden layers of 1 to 512 units." }),
    discriminator: t.intList({
      description: "Discriminator: 2 to 12 hidden layers of 1 to 512 units.",
    }),
    ganSteps: t.int({ description: "Steps of the GAN, 1 to 50,000." }),
    trim: t.float({
      description:
        "Share of each host's training windows to leave out, the strangest ones, 0 to 0.4: about " +
        "0.12 where the estate may have been attacked already.",
    }),
  }),
});

builder.mutationField("setTraining", (t) =>
  t.field({
    type: SettingsPayload,
    description:
      "Sets how nets are trained, and learns the fleet's anew; hosts follow as they are trained.",
    extensions: needs.configure,
    args: { input: t.arg({ type: TrainingInput, required: true, description: "All of it." }) },
    resolve(_, { input }, context) {
      const { preset, hidden, steps, generator, discriminator, ganSteps, trim } = input;
      const value = {
        autoencoder: { preset, hidden, steps },
        gan: { generator, discriminator, steps: ganSteps },
        trim,
      };
      return act(
        context,
        { action: "setTraining", subject: "", details: value },
        async (tx) => {
          await set(tx, "training", { ...checked(value) });
          await context.enqueue?.(tx, "fleet", {});
        },
        () => settings(context),
      );
    },
  }));

function checked(value: unknown): TrainingSettings {
  try {
    return parseTraining(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError("OUT_OF_RANGE", `${error.message}.`, "input");
  }
}

builder.mutationField("activateModel", (t) =>
  t.field({
    type: payload("ModelPayload", "model", Model, "The model that scores now."),
    description:
      "Goes back to an earlier model of a host: its windows are scored anew, and it is trained again " +
      "once its history has grown by a quarter from now. A model that cannot be read is refused.",
    extensions: needs.configure,
    args: { modelId: t.arg.id({ required: true, description: "The model." }) },
    resolve(_, { modelId: id }, context) {
      const [hostId, modelId] = idParts("Model", id, 2) as [string, string];
      return act(
        context,
        { action: "activateModel", subject: id, details: {} },
        async (tx) => {
          const [model] = await tx<{ bytes: Uint8Array }[]>`
            select bytes from models where host_id = ${hostId} and model_id = ${modelId}`;
          if (!model) throw new UserError("NOT_FOUND", "There is no such model.", "modelId");
          try {
            openModel(model.bytes);
          } catch (error) {
            if (!(error instanceof SyntaxError)) throw error;
            const message = `${error.message}. The model in force stays.`;
            throw new UserError("UNREADABLE", message, "modelId");
          }
          await tx`update models set active = false where host_id = ${hostId} and active`;
          await tx`
            update models
            set active = true, stored = coalesce(
              (select stored from ledger where host_id = ${hostId}), stored)
            where host_id = ${hostId} and model_id = ${modelId}`;
          await tx`update ledger set unscored_from = '-infinity' where host_id = ${hostId}`;
          await context.enqueue?.(tx, "score", { hostId });
        },
        async () => {
          context.loaders.activeModel.clear(hostId);
          return (await context.loaders.activeModel.load(hostId))!;
        },
      );
    },
  }));
