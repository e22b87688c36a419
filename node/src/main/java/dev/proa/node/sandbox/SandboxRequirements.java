package dev.proa.node.sandbox;

import dev.proa.node.linux.Architecture;
import dev.proa.node.linux.Capability;
import dev.proa.node.linux.CgroupTree;
import dev.proa.node.linux.Kernel;
import dev.proa.node.linux.Mounts;
import dev.proa.node.linux.SystemCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Checks whether a machine meets the requirements of the {@link SandboxRuntime}. */
public final class SandboxRequirements {
    private static final Set<Capability> NEEDED = EnumSet.of(
            Capability.SYS_ADMIN,
            Capability.CHOWN,
            Capability.DAC_OVERRIDE,
            Capability.FOWNER,
            Capability.KILL,
            Capability.MKNOD,
            Capability.NET_ADMIN,
            Capability.SETGID,
            Capability.SETPCAP,
            Capability.SETUID,
            Capability.SYS_CHROOT,
            Capability.SYS_PTRACE);
    /** File systems that cannot hold the writable layer of an overlay mount. */
    private static final Set<String> UNSUITABLE =
            Set.of("overlay", "proc", "sysfs", "nfs", "nfs4", "vfat", "9p", "cifs");

    private static final int BAD_DESCRIPTOR = -9;

    private SandboxRequirements() {}

    /**
     * An unmet requirement.
     *
     * @param what is missing
     * @param remedy what the user can do
     */
    public record Missing(String what, String remedy) {
        @Override
        public String toString() {
            return what + ": " + remedy;
        }
    }

    /**
     * Checks this machine and this process, without changing anything.
     *
     * @param stateDirectory where the runtime is to keep its files; may not exist yet
     * @return the unmet requirements; empty when all are met
     */
    public static List<Missing> missing(Path stateDirectory) throws IOException {
        List<Missing> missing = new ArrayList<>();
        if (!Architecture.supported()) {
            missing.add(new Missing(
                    "Linux on x86_64 or aarch64",
                    "this is " + System.getProperty("os.name") + " on " + System.getProperty("os.arch")
                            + "; use the simulated runtime or another machine"));
            return missing;
        }
        rights(missing);
        kernel(missing);
        if (CgroupTree.detect().isEmpty()) {
            missing.add(new Missing(
                    "control groups with memory and cpu",
                    "mount -t cgroup2 cgroup2 /sys/fs/cgroup, and see that no "
                            + "cgroup_disable=memory is among the kernel's parameters"));
        }
        stateDirectory(stateDirectory, missing);
        return missing;
    }

    private static void rights(List<Missing> missing) throws IOException {
        Set<Capability> lacking = EnumSet.copyOf(NEEDED);
        lacking.removeAll(Capability.own());
        if (lacking.equals(NEEDED)) {
            missing.add(new Missing("the rights of root", "run proa as root, for example with sudo"));
        } else if (!lacking.isEmpty()) {
            missing.add(new Missing(
                    "the capabilities " + lacking,
                    "in a container, run it privileged or with these capabilities added"));
        }
    }

    private static void kernel(List<Missing> missing) throws IOException {
        for (String namespace : new String[] {"pid", "mnt", "uts", "ipc", "net", "cgroup"}) {
            if (!Files.exists(Path.of("/proc/self/ns/" + namespace))) {
                missing.add(new Missing(namespace + " namespaces", "use a kernel that was built with them"));
            }
        }
        // With an invalid descriptor, a kernel that supports the call returns EBADF, others return ENOSYS.
        if (Kernel.tryCall(SystemCall.MOUNT_SETATTR, -1, 0, 0, 0, 0) == -38
                || Kernel.tryCall(SystemCall.PIDFD_GETFD, -1, 0, 0) != BAD_DESCRIPTOR) {
            missing.add(new Missing("Linux 5.12 or later", "this is " + System.getProperty("os.version")));
        }
        for (String type : new String[] {"overlay", "tmpfs", "devpts", "mqueue", "proc", "sysfs"}) {
            if (!Mounts.supports(type) && !Files.exists(Path.of("/sys/module/" + type))) {
                missing.add(new Missing("the file system " + type, "modprobe " + type));
            }
        }
    }

    private static void stateDirectory(Path directory, List<Missing> missing) throws IOException {
        Path existing = directory.toAbsolutePath();
        while (!Files.exists(existing)) {
            existing = java.util.Objects.requireNonNull(existing.getParent(), "the root exists");
        }
        String type = Files.getFileStore(existing).type();
        if (UNSUITABLE.contains(type)) {
            missing.add(new Missing(
                    "a file system for " + directory + " that overlay mounts can be made of",
                    "it lies on " + type
                            + "; choose a directory on ext4, xfs, btrfs or tmpfs, in a container one of a volume"));
        }
        if (!Files.isWritable(existing)) {
            missing.add(new Missing("the right to write to " + existing, "choose another directory"));
        }
    }
}
