/** What containers need of volumes, in one module that is loaded for those that have some: see runtime/container/volumes.ts. */

export { ContainerVolumes } from "./container_volumes.ts";
export { VolumesOfNewContainer } from "./new_container.ts";
export { sweepContainersWithVolumes } from "./sweep.ts";
