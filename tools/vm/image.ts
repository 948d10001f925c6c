/** The disk of the virtual machine: Debian 12 with systemd, as it is after installation. */

import { hostMirror } from "../../tests/e2e/harness/fixtures.ts";
import { must } from "../command.ts";

/** Files that qemu starts from. */
export interface Image {
  kernel: string;
  initrd: string;
  disk: string;
}

const packages = [
  "linux-image-amd64",
  "systemd-sysv",
  "udev",
  "dbus",
  "libpam-systemd",
  "attr",
  "bzip2",
  "ca-certificates",
  "curl",
  "iproute2",
  "kmod",
  "libcap2-bin",
  "nftables",
  "procps",
  "strace",
  "uidmap",
  "xz-utils",
  "zstd",
];

/** Runs the script on the second disk, tells on the console how it went, and switches off. */
const jobService = `[Unit]
Description=the job
After=multi-user.target systemd-user-sessions.service

[Service]
Type=oneshot
Environment=HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
Delegate=yes
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
WorkingDirectory=/
ExecStart=/bin/bash -c 'mkdir -p /job; mount /dev/vdb /job; cd /job; echo JOB-BEGIN; \\
  bash ./script; echo JOB-EXIT $?; sync; echo o > /proc/sysrq-trigger; sleep 60'

[Install]
WantedBy=multi-user.target
`;

/** Makes the image in `directory` unless it is there; takes a minute or two, and root. */
export async function makeImage(directory: string): Promise<Image> {
  const image = {
    kernel: `${directory}/vmlinuz`,
    initrd: `${directory}/initrd`,
    disk: `${directory}/disk-1.img`,
  };
  if (await Deno.stat(image.disk).then(() => true, () => false)) return image;
  console.log("making the virtual machine");
  await Deno.mkdir(directory, { recursive: true });
  const root = await Deno.makeTempDir({ dir: directory });
  try {
    await must("mmdebstrap", [
      "--quiet",
      "--variant=minbase",
      "--format=directory",
      `--include=${packages.join(",")}`,
      '--customize-hook=chroot "$1" useradd --create-home --shell /bin/bash user',
      "bookworm",
      root,
      ...await hostMirror("bookworm"),
    ]);
    await configure(root);
    await Deno.copyFile(`${root}/vmlinuz`, image.kernel);
    await Deno.copyFile(`${root}/initrd.img`, image.initrd);
    const unfinished = `${root}.img`;
    await must("mke2fs", ["-q", "-t", "ext4", "-d", root, unfinished, "6G"]);
    await Deno.rename(unfinished, image.disk);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
  return image;
}

async function configure(root: string): Promise<void> {
  const units = `${root}/etc/systemd/system`;
  await Deno.writeTextFile(`${root}/etc/hostname`, "box-vm\n");
  await Deno.writeTextFile(`${root}/etc/fstab`, "/dev/vda / ext4 defaults 0 1\n");
  await Deno.writeTextFile(`${units}/job.service`, jobService);
  await Deno.mkdir(`${units}/multi-user.target.wants`, { recursive: true });
  await Deno.symlink("../job.service", `${units}/multi-user.target.wants/job.service`);
  await Deno.symlink("/dev/null", `${units}/serial-getty@ttyS0.service`);
}
