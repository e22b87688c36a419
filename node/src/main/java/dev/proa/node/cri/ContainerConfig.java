package dev.proa.node.cri;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a container, as {@code runtime.v1.ContainerConfig}.
 *
 * @param name the container's name in its pod
 * @param attempt counts the containers made for the same name: the restart count
 * @param image reference or id of an image that {@link ImageService} has
 * @param command replaces the image's entry point when not empty; its {@code arguments} then replace the image's command
 * @param arguments replaces the image's command when not empty
 * @param workingDirectory or empty for the image's
 * @param environment added to the image's, in this order
 * @param mounts host directories and files that appear inside
 * @param logPath of the log file, relative to the sandbox' log directory. Lines have the CRI's form: {@code
 *     <RFC 3339 time with nanoseconds> <stdout|stderr> <P|F> <content>}
 * @param stdin keeps standard input open for attach
 * @param stdinOnce closes standard input when the first attached client leaves
 * @param tty allocates a terminal
 * @param devices device nodes that it gets besides the usual ones
 * @param cdiDevices qualified names of devices, {@code vendor/class=name}, whose environment, mounts and nodes the runtime adds by the
 *     Container Device Interface when it creates the container
 */
public record ContainerConfig(
        String name,
        int attempt,
        String image,
        List<String> command,
        List<String> arguments,
        String workingDirectory,
        List<Map.Entry<String, String>> environment,
        List<Mount> mounts,
        Map<String, String> labels,
        Map<String, String> annotations,
        Path logPath,
        boolean stdin,
        boolean stdinOnce,
        boolean tty,
        ContainerRuntime.Resources resources,
        int oomScoreAdjustment,
        Security security,
        @Nullable String stopSignal,
        List<Device> devices,
        List<String> cdiDevices) {

    public ContainerConfig {
        command = List.copyOf(command);
        arguments = List.copyOf(arguments);
        environment = List.copyOf(environment);
        mounts = List.copyOf(mounts);
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        devices = List.copyOf(devices);
        cdiDevices = List.copyOf(cdiDevices);
    }

    /** The configuration of a container with the usual devices only. */
    public ContainerConfig(
            String name,
            int attempt,
            String image,
            List<String> command,
            List<String> arguments,
            String workingDirectory,
            List<Map.Entry<String, String>> environment,
            List<Mount> mounts,
            Map<String, String> labels,
            Map<String, String> annotations,
            Path logPath,
            boolean stdin,
            boolean stdinOnce,
            boolean tty,
            ContainerRuntime.Resources resources,
            int oomScoreAdjustment,
            Security security,
            @Nullable String stopSignal) {
        this(
                name,
                attempt,
                image,
                command,
                arguments,
                workingDirectory,
                environment,
                mounts,
                labels,
                annotations,
                logPath,
                stdin,
                stdinOnce,
                tty,
                resources,
                oomScoreAdjustment,
                security,
                stopSignal,
                List.of(),
                List.of());
    }

    /** A copy with different limits. */
    public ContainerConfig withResources(ContainerRuntime.Resources limits) {
        return new ContainerConfig(
                name,
                attempt,
                image,
                command,
                arguments,
                workingDirectory,
                environment,
                mounts,
                labels,
                annotations,
                logPath,
                stdin,
                stdinOnce,
                tty,
                limits,
                oomScoreAdjustment,
                security,
                stopSignal,
                devices,
                cdiDevices);
    }

    /** A copy with other devices of the Container Device Interface. */
    public ContainerConfig withCdiDevices(List<String> names) {
        return new ContainerConfig(
                name,
                attempt,
                image,
                command,
                arguments,
                workingDirectory,
                environment,
                mounts,
                labels,
                annotations,
                logPath,
                stdin,
                stdinOnce,
                tty,
                resources,
                oomScoreAdjustment,
                security,
                stopSignal,
                devices,
                names);
    }

    /** A copy with what devices change of a container. */
    public ContainerConfig withDevices(
            List<Map.Entry<String, String>> variables, List<Mount> paths, Security rights, List<Device> nodes) {
        return new ContainerConfig(
                name,
                attempt,
                image,
                command,
                arguments,
                workingDirectory,
                variables,
                paths,
                labels,
                annotations,
                logPath,
                stdin,
                stdinOnce,
                tty,
                resources,
                oomScoreAdjustment,
                rights,
                stopSignal,
                nodes,
                cdiDevices);
    }

    /**
     * A bind mount of a host file or directory, or of an image, into the container.
     *
     * @param hostPath must exist. Links in it are followed, so nobody but the machine's administrator may be able to change them
     * @param subPath what is bound instead of all of {@code hostPath}: a path beneath it that others may change at any time. Links are
     *     followed as long as they do not lead out of {@code hostPath}; the runtime resolves it when the container starts, in one
     *     step with the mount. Empty for {@code hostPath} itself
     * @param recursivelyReadOnly whether mounts below the source are read-only too (KEP-3857)
     * @param recursivelyPropagate whether later mounts on the host appear inside ({@code HostToContainer})
     * @param image instead of {@code hostPath}, which is empty then, the files of an image of this reference or id, which nobody can change or
     *     execute (KEP-4639); or empty
     */
    public record Mount(
            Path hostPath,
            String subPath,
            String containerPath,
            boolean readOnly,
            boolean recursivelyReadOnly,
            boolean recursivelyPropagate,
            String image) {
        /** A mount of an image's files. */
        public static Mount ofImage(String image, String subPath, String containerPath) {
            return new Mount(Path.of(""), subPath, containerPath, true, false, false, image);
        }

        /** A mount from the host. */
        public Mount(
                Path hostPath,
                String subPath,
                String containerPath,
                boolean readOnly,
                boolean recursivelyReadOnly,
                boolean recursivelyPropagate) {
            this(hostPath, subPath, containerPath, readOnly, recursivelyReadOnly, recursivelyPropagate, "");
        }

        /** A mount of all of {@code hostPath}. */
        public Mount(Path hostPath, String containerPath, boolean readOnly, boolean recursivelyPropagate) {
            this(hostPath, "", containerPath, readOnly, false, recursivelyPropagate);
        }
    }

    /**
     * A device node of a container.
     *
     * @param path in the container
     * @param mode type and permission bits, as {@code st_mode}
     * @param number of the device, as {@code st_rdev}
     * @param user who owns it, in the container; negative for the user of the container
     * @param group likewise
     */
    public record Device(String path, int mode, long number, long user, long group) {}

    /**
     * The security context of a container's processes.
     *
     * @param runAsUser numeric user, or null for the image's
     * @param runAsUserName user by name as the image's {@code /etc/passwd} has it, or null
     * @param runAsGroup numeric group, or null for the image's
     * @param supplementalGroups further groups
     * @param privileged all capabilities and devices
     * @param addCapabilities names without {@code CAP_}; {@code ALL} is allowed
     * @param dropCapabilities names without {@code CAP_}; {@code ALL} is allowed
     * @param unmasked whether nothing of {@code /proc} and {@code /sys} is hidden or made read-only ({@code procMount:
     *     Unmasked}); only heeded in a user namespace, where the kernel itself protects the host's
     * @param seccomp the seccomp profile; ignored for privileged containers
     * @param runAsNonRoot whether to refuse to start when the resolved user is root
     * @param strictGroups whether to ignore the groups that the image has for the user ({@code
     *     supplementalGroupsPolicy: Strict})
     */
    public record Security(
            @Nullable Long runAsUser,
            @Nullable String runAsUserName,
            @Nullable Long runAsGroup,
            List<Long> supplementalGroups,
            boolean privileged,
            boolean readOnlyRootFilesystem,
            boolean noNewPrivileges,
            Set<String> addCapabilities,
            Set<String> dropCapabilities,
            boolean unmasked,
            SeccompProfile seccomp,
            boolean runAsNonRoot,
            boolean strictGroups) {
        public static final Security DEFAULT = new Security(
                null,
                null,
                null,
                List.of(),
                false,
                false,
                false,
                Set.of(),
                Set.of(),
                false,
                SeccompProfile.RUNTIME_DEFAULT,
                false,
                false);

        /** A copy with more groups. */
        public Security withGroups(List<Long> more) {
            List<Long> all = new java.util.ArrayList<>(supplementalGroups);
            more.stream().filter(group -> !all.contains(group)).forEach(all::add);
            return new Security(
                    runAsUser,
                    runAsUserName,
                    runAsGroup,
                    all,
                    privileged,
                    readOnlyRootFilesystem,
                    noNewPrivileges,
                    addCapabilities,
                    dropCapabilities,
                    unmasked,
                    seccomp,
                    runAsNonRoot,
                    strictGroups);
        }

        public Security {
            supplementalGroups = List.copyOf(supplementalGroups);
            addCapabilities = Set.copyOf(addCapabilities);
            dropCapabilities = Set.copyOf(dropCapabilities);
        }
    }
}
