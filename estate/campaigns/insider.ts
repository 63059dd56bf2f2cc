/**
 * Campaigns of people who may be where they are.
 * @module
 */
import { logonAt } from "../actions/logon.ts";
import { makeFile, run } from "../actions/process.ts";
import { openShare, plugDisk, useFile } from "../actions/share.ts";
import { FILE_NAMES } from "../life/programs.ts";
import type { Attack, Campaign } from "./plan.ts";

/** Reads `files` files of shares that the person does not use. */
function collect(attack: Attack, timeMs: number, files: number): void {
  const { victim, random, scene } = attack;
  const strange = scene.estate.shares.filter((share) => !victim.shares.includes(share));
  const share = random.pick(strange.length > 0 ? strange : scene.estate.shares);
  attack.add("T1039", timeMs, (scene, timeMs) => {
    const opened = openShare(scene, timeMs, share, victim.account, victim.host, { seconds: 3000 });
    let at = timeMs;
    for (let i = 0; i < files; i++) {
      at += scene.random.exponential(attack.by(20_000, 4000, 500));
      const name = `${scene.random.pick(["Contracts", "Payroll", "Designs", "Board"])}\\${
        scene.random.pick(FILE_NAMES)
      }`;
      useFile(scene, at, share, opened, victim.host, name);
    }
  });
}

/** Collects from strange shares, packs, and copies to a disk, after hours. */
function insider(attack: Attack): void {
  const { victim } = attack;
  for (let i = 0; i < attack.by(2, 3, 4); i++) {
    collect(
      attack,
      attack.strength === "quiet" ? attack.atWork(i) : attack.atNight(i),
      attack.by(15, 60, 300),
    );
  }
  const at = attack.strength === "quiet" ? attack.atWork(2) : attack.atNight(3);
  attack.add("T1052.001", at, (scene, timeMs) => {
    const session = logonAt(scene, timeMs - 60_000, victim.host, victim.account, { type: 7 });
    const packer = run(scene, timeMs, session, "C:\\Program Files\\7-Zip\\7zG.exe", {
      commandLine: "7zG.exe a C:\\Users\\Public\\holiday.7z C:\\Users\\Public\\work",
    });
    makeFile(scene, timeMs + 40_000, packer, "C:\\Users\\Public\\holiday.7z");
    plugDisk(scene, timeMs + 120_000, session);
    makeFile(scene, timeMs + 200_000, packer, "E:\\holiday.7z");
  });
}

/** Grows over weeks, a little each day, so that a baseline that follows follows it too. */
function boilingFrog(attack: Attack): void {
  const days = Math.max(5, Math.floor((attack.scene.calendar.days - attack.day) * 5 / 7) - 2);
  const most = attack.by(25, 60, 150);
  for (let i = 0; i < days; i++) {
    collect(attack, attack.atWork(i), 1 + Math.round(most * (i / days) ** 2));
  }
}

/** Campaigns of people who may be where they are. */
export const INSIDER_CAMPAIGNS: readonly Campaign[] = [
  {
    name: "insider-collection",
    title: "Files collected off-hours and copied to a disk",
    techniques: ["T1039", "T1052.001"],
    build: insider,
  },
  {
    name: "boiling-frog",
    title: "Collection that grows slowly over weeks",
    techniques: ["T1039"],
    from: 0.3,
    build: boilingFrog,
  },
];
