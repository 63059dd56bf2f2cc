/**
 * Sets the `tensorflow` and `webgpu` engines up in `.cache/tensorflow/`: the npm packages first, then
 * TensorFlow itself, by the package's own install where its download can be reached and otherwise
 * from the PyPI wheel, against which the package's unmodified binding is compiled. `--cuda` takes the
 * wheel that has CUDA. Needs npm's and PyPI's registries; for the wheel also python3 with pip, c++.
 * @module
 */
import { FOLDER, PACKAGES } from "./library.ts";

const WHEELS = {
  cpu: { name: "tensorflow-cpu", version: "2.15.1", platform: "manylinux2014_x86_64" },
  cuda: { name: "tensorflow", version: "2.21.0", platform: "manylinux_2_27_x86_64" },
};
const OWN_DOWNLOAD = "https://storage.googleapis.com/tensorflow/versions/2.9.1/";
const OWN_INSTALL_MS = 300_000;
const LIBRARIES = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];

const UNZIP = `
import glob, sys, zipfile
with zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0]) as wheel:
    for name in wheel.namelist():
        if name.startswith("tensorflow/include/") or name.startswith("tensorflow/libtensorflow_"):
            wheel.extract(name, sys.argv[2])
`;

const wheel = Deno.args.includes("--cuda") ? WHEELS.cuda : WHEELS.cpu;
const packageFolder = `${FOLDER}/node_modules/@tensorflow/tfjs-node`;

await installPackages();
if (!Deno.args.includes("--cuda") && await ownInstall()) {
  console.log("TensorFlow came by the package's own install.");
} else {
  await takeWheel();
  await compileBinding();
  console.log(`TensorFlow is that of the PyPI wheel ${wheel.name} ${wheel.version}.`);
}
console.log(await loadedVersion());

/** Through `npm:` specifiers of a project of its own, so that no other task ever downloads them. */
async function installPackages() {
  await Deno.mkdir(FOLDER, { recursive: true });
  const imports = Object.entries(PACKAGES).map(([name, version]) => [
    name,
    `npm:${name}@${version}`,
  ]);
  const config = { nodeModulesDir: "auto", imports: Object.fromEntries(imports) };
  await Deno.writeTextFile(`${FOLDER}/deno.json`, JSON.stringify(config, null, 2));
  await run(Deno.execPath(), ["install", "--quiet"]);
}

/** Whether the package's install script could bring its library. */
async function ownInstall(): Promise<boolean> {
  try {
    await fetch(OWN_DOWNLOAD, { method: "HEAD", signal: AbortSignal.timeout(10_000) });
  } catch (error) {
    console.log(`The package's own download cannot be reached: ${(error as Error).message}`);
    return false;
  }
  try {
    const args = ["install", "--quiet", "--allow-scripts=npm:@tensorflow/tfjs-node"];
    await run(Deno.execPath(), args, AbortSignal.timeout(OWN_INSTALL_MS));
    console.log(await loadedVersion());
    return true;
  } catch (error) {
    console.log(`The package's own install failed: ${(error as Error).message}`);
    return false;
  }
}

async function takeWheel() {
  const { name, version, platform } = wheel;
  const wanted = `${FOLDER}/wheel/${name}-${version}`;
  if (await exists(`${wanted}/tensorflow/${LIBRARIES[0]}`)) return;
  const folder = `${FOLDER}/download`;
  await run(
    "python3",
    ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
      .concat("--python-version", "311", "--platform", platform, "-d", folder)
      .concat(`${name}==${version}`),
  );
  await run("python3", ["-c", UNZIP, folder, wanted]);
  await Deno.remove(folder, { recursive: true });
}

async function compileBinding() {
  const tensorflow = `${FOLDER}/wheel/${wheel.name}-${wheel.version}/tensorflow`;
  const binding = `${packageFolder}/lib/napi-v8`;
  await Deno.mkdir(binding, { recursive: true });
  await run(Deno.env.get("CXX") ?? "c++", [
    ...["-O2", "-std=c++17", "-fPIC", "-shared", "-DNAPI_VERSION=8"],
    `-I${FOLDER}/node_modules/node-api-headers/include`,
    `-I${tensorflow}/include`,
    `${packageFolder}/binding/tfjs_backend.cc`,
    `${packageFolder}/binding/tfjs_binding.cc`,
    ...["-o", `${binding}/tfjs_binding.node`],
    `-L${tensorflow}`,
    `-Wl,-rpath,${tensorflow}`,
    ...LIBRARIES.map((library) => `-l:${library}`),
  ]);
}

/** Loads the library as the engine does, in a process of its own. */
async function loadedVersion(): Promise<string> {
  const library = new URL("./library.ts", import.meta.url).href;
  const code = `const { loadTensorflow } = await import("${library}");
    console.log((await loadTensorflow("tensorflow")).detail)`;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--no-check", code],
    stderr: "piped",
  });
  const { success, stdout, stderr } = await command.output();
  if (success) return new TextDecoder().decode(stdout).trim();
  throw new Error(`Cannot load @tensorflow/tfjs-node: ${new TextDecoder().decode(stderr)}`);
}

async function run(program: string, args: string[], signal?: AbortSignal) {
  const command = new Deno.Command(program, { args, cwd: FOLDER, signal });
  const status = await command.spawn().status.catch((error) => {
    throw new Error(`Cannot set TensorFlow up without ${program}: ${error.message}`);
  });
  if (!status.success) throw new Error(`${program} ${args.slice(0, 3).join(" ")} failed`);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
