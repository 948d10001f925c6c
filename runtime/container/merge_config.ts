/** What the user asks for, on top of what the image says (docker's runconfig.Merge). */

import {
  type ContainerConfig,
  emptyContainerConfig,
  type Healthcheck,
} from "../../storage/image/config.ts";

/** The user's wishes win; what they leave open comes from the image. */
export function mergeConfig(
  user: Partial<ContainerConfig>,
  image: Partial<ContainerConfig>,
): ContainerConfig {
  const config: ContainerConfig = { ...emptyContainerConfig(), ...user };
  config.User ||= image.User ?? "";
  config.WorkingDir ||= image.WorkingDir ?? "";
  config.Env = mergeEnvironment(user.Env ?? [], image.Env ?? []);
  config.Labels = { ...image.Labels, ...user.Labels };
  if (config.ExposedPorts || image.ExposedPorts) {
    config.ExposedPorts = { ...image.ExposedPorts, ...user.ExposedPorts };
  }
  if (image.Volumes) config.Volumes = { ...image.Volumes, ...user.Volumes };
  if (!config.Entrypoint?.length) {
    if (!config.Cmd?.length) config.Cmd = image.Cmd ?? null;
    config.Entrypoint ??= image.Entrypoint ?? null;
  }
  if (config.Entrypoint?.length === 1 && config.Entrypoint[0] === "") config.Entrypoint = null;
  config.OnBuild = image.OnBuild ?? null;
  const stopSignal = user.StopSignal ?? image.StopSignal;
  if (stopSignal) config.StopSignal = stopSignal;
  const healthcheck = mergeHealthcheck(user.Healthcheck, image.Healthcheck);
  if (healthcheck) config.Healthcheck = healthcheck;
  if (image.Shell) config.Shell = image.Shell;
  return config;
}

/** The image's check, with what the user wants otherwise. */
function mergeHealthcheck(user?: Healthcheck, image?: Healthcheck): Healthcheck | undefined {
  if (user === undefined || image === undefined) return user ?? image;
  const isSet = ([, value]: [string, unknown]) =>
    Array.isArray(value) ? value.length > 0 : Boolean(value);
  return { ...image, ...Object.fromEntries(Object.entries(user).filter(isSet)) };
}

/** The user's variables, then those of the image that the user does not set. */
function mergeEnvironment(user: readonly string[], image: readonly string[]): string[] | null {
  const names = new Set(user.map(nameOf));
  const merged = [...user, ...image.filter((variable) => !names.has(nameOf(variable)))];
  return merged.length > 0 ? merged : null;
}

const nameOf = (variable: string) => variable.split("=", 1)[0];
