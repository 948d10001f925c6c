/** Every command of box: its words for help and where its module is. */
import type { CommandEntry, Registry } from "./cli/registry.ts";

/** What a bundle puts in the place of the modules' files: tools/compile.ts writes it. */
export const bundledModules: Record<string, CommandEntry["load"]> = {};

/**
 * A module is loaded when its command is run. Its name must not stand in the `import` itself: what Deno finds there it looks up
 * at every start, with all that it imports in turn, for every command (8 ms).
 */
function entry(summary: string, module: string): CommandEntry {
  return { summary, module, load: () => bundledModules[module]?.() ?? import(module) };
}

const build = entry("Build an image from a Dockerfile", "./build.ts");
const commit = entry(
  "Create a new image from a container's changes",
  "./commit.ts",
);
const cp = entry(
  "Copy files/folders between a container and the local filesystem",
  "./cp.ts",
);
const create = entry("Create a new container", "./create.ts");
const diff = entry(
  "Inspect changes to files or directories on a container's filesystem",
  "./diff.ts",
);
const events = entry("Get real time events from the store", "./events.ts");
const exec = entry("Run a command in a running container", "./exec.ts");
const exportContainer = entry(
  "Export a container's filesystem as a tar archive",
  "./export.ts",
);
const history = entry("Show the history of an image", "./history.ts");
const images = entry("List images", "./images.ts");
const importImage = entry(
  "Import the contents from a tarball to create a filesystem image",
  "./import.ts",
);
const info = entry("Display system-wide information", "./info.ts");
const kill = entry("Kill one or more running containers", "./kill.ts");
const load = entry("Load an image from a tar archive or STDIN", "./load.ts");
const login = entry("Log in to a registry", "./login.ts");
const logout = entry("Log out from a registry", "./logout.ts");
const logs = entry("Fetch the logs of a container", "./logs.ts");
const pause = entry("Pause all processes within one or more containers", "./pause.ts");
const port = entry("List port mappings or a specific mapping for the container", "./port.ts");
const ps = entry("List containers", "./ps.ts");
const pull = entry("Pull an image or a repository from a registry", "./pull.ts");
const push = entry("Push an image or a repository to a registry", "./push.ts");
const rename = entry("Rename a container", "./rename.ts");
const restart = entry("Restart one or more containers", "./restart.ts");
const rm = entry("Remove one or more containers", "./rm.ts");
const rmi = entry("Remove one or more images", "./rmi.ts");
const run = entry("Run a command in a new container", "./run.ts");
const save = entry(
  "Save one or more images to a tar archive (streamed to STDOUT by default)",
  "./save.ts",
);
const start = entry("Start one or more stopped containers", "./start.ts");
const stats = entry(
  "Display a live stream of container(s) resource usage statistics",
  "./stats.ts",
);
const stop = entry("Stop one or more running containers", "./stop.ts");
const tag = entry(
  "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE",
  "./tag.ts",
);
const top = entry("Display the running processes of a container", "./top.ts");
const unpause = entry("Unpause all processes within one or more containers", "./unpause.ts");
const update = entry("Update configuration of one or more containers", "./update.ts");
const wait = entry(
  "Block until one or more containers stop, then print their exit codes",
  "./wait.ts",
);

const attach = entry(
  "Attach local standard input, output, and error streams to a running container",
  "./attach.ts",
);

export const registry: Registry = {
  summary: "Docker's containers and images, without a daemon",
  commands: {
    attach,
    build,
    commit,
    cp,
    create,
    diff,
    events,
    exec,
    export: exportContainer,
    history,
    images,
    import: importImage,
    info,
    inspect: entry(
      "Return low-level information on containers, images, volumes and networks",
      "./inspect.ts",
    ),
    kill,
    load,
    login,
    logout,
    logs,
    pause,
    port,
    ps,
    pull,
    push,
    rename,
    restart,
    rm,
    rmi,
    run,
    save,
    search: entry("Search docker.io, or another registry, for images", "./search.ts"),
    start,
    stats,
    stop,
    tag,
    top,
    unpause,
    update,
    version: entry("Show the version information of box", "./version.ts"),
    wait,
  },
  groups: {
    builder: {
      summary: "Manage builds",
      commands: {
        build,
        du: entry("Show what builds keep in the store", "./builder_du.ts"),
        prune: entry("Remove build cache", "./builder_prune.ts"),
      },
    },
    container: {
      summary: "Manage containers",
      commands: {
        attach,
        commit,
        cp,
        create,
        diff,
        exec,
        export: exportContainer,
        inspect: entry(
          "Display detailed information on one or more containers",
          "./container_inspect.ts",
        ),
        kill,
        logs,
        ls: { ...ps, aliases: ["ps", "list"] },
        pause,
        port,
        prune: entry("Remove all stopped containers", "./container_prune.ts"),
        rename,
        restart,
        rm,
        run,
        start,
        stats,
        stop,
        top,
        unpause,
        update,
        wait,
      },
    },
    image: {
      summary: "Manage images",
      commands: {
        build,
        history,
        import: importImage,
        inspect: entry(
          "Display detailed information on one or more images",
          "./image_inspect.ts",
        ),
        load,
        ls: { ...images, aliases: ["list"] },
        prune: entry("Remove unused images", "./image_prune.ts"),
        pull,
        push,
        rm: { ...rmi, aliases: ["rmi", "remove"] },
        save,
        tag,
      },
    },
    manifest: {
      summary: "Manage image manifests and manifest lists",
      commands: {
        annotate: entry(
          "Add additional information to a local image manifest",
          "./manifest_annotate.ts",
        ),
        create: entry(
          "Create a local manifest list for annotating and pushing to a registry",
          "./manifest_create.ts",
        ),
        inspect: entry(
          "Display an image manifest, or manifest list",
          "./manifest_inspect.ts",
        ),
        push: entry("Push a manifest list to a repository", "./manifest_push.ts"),
        rm: entry(
          "Delete one or more manifest lists from local storage",
          "./manifest_rm.ts",
        ),
      },
    },
    network: {
      summary: "Manage networks",
      commands: {
        connect: entry("Connect a container to a network", "./network_connect.ts"),
        create: entry("Create a network", "./network_create.ts"),
        disconnect: entry("Disconnect a container from a network", "./network_disconnect.ts"),
        inspect: entry(
          "Display detailed information on one or more networks",
          "./network_inspect.ts",
        ),
        ls: { ...entry("List networks", "./network_ls.ts"), aliases: ["list"] },
        prune: entry("Remove all unused networks", "./network_prune.ts"),
        rm: { ...entry("Remove one or more networks", "./network_rm.ts"), aliases: ["remove"] },
      },
    },
    system: {
      summary: "Manage box",
      commands: {
        df: entry("Show how much disk space the store takes", "./system_df.ts"),
        events,
        info,
        prune: entry("Remove unused data", "./system_prune.ts"),
        restore: entry(
          "Start the containers again that are to run after a restart of the host",
          "./system_restore.ts",
        ),
      },
    },
    volume: {
      summary: "Manage volumes",
      commands: {
        create: entry("Create a volume", "./volume_create.ts"),
        inspect: entry(
          "Display detailed information on one or more volumes",
          "./volume_inspect.ts",
        ),
        ls: { ...entry("List volumes", "./volume_ls.ts"), aliases: ["list"] },
        prune: entry("Remove all unused local volumes", "./volume_prune.ts"),
        rm: { ...entry("Remove one or more volumes", "./volume_rm.ts"), aliases: ["remove"] },
      },
    },
  },
  hidden: {
    monitor: entry("Look after the containers of a store", "./monitor.ts"),
  },
  missing: `
    buildx completion compose config context
    node plugin secret service stack swarm trust
  `.trim().split(/\s+/),
};
