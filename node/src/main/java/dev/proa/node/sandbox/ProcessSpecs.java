package dev.proa.node.sandbox;

import dev.proa.image.ImageConfig;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.RuntimeFailure.Reason;
import dev.proa.node.cri.UserIds;
import dev.proa.node.linux.Capability;
import dev.proa.node.sandbox.image.ImageUsers;
import dev.proa.node.sandbox.image.RootFilesystems;
import dev.proa.node.sandbox.program.ProcessCredentials;
import dev.proa.node.sandbox.program.ProcessSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Resolves what a container executes from its configuration and its image, by the rules of Kubernetes and containerd.
 */
final class ProcessSpecs {
    private static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private ProcessSpecs() {}

    static ProcessSpec resolve(ContainerConfig config, PodSandboxConfig sandbox, RootFilesystems.Root root) {
        ImageConfig image = root.config();
        List<String> arguments = arguments(config, image);
        if (arguments.isEmpty()) {
            throw new RuntimeFailure(Reason.INVALID_ARGUMENT, "no command specified");
        }
        ImageUsers.User user = user(config.security(), image, new ImageUsers(root.layers()));
        String directory = config.workingDirectory().isEmpty() ? image.workingDirectory() : config.workingDirectory();
        return new ProcessSpec(
                arguments,
                environment(config, image, sandbox.hostname(), user),
                directory.isEmpty() ? "/" : directory,
                credentials(config.security(), user),
                config.tty());
    }

    /** A pod's command also replaces the image's arguments; a pod's arguments alone keep the image's entry point. */
    private static List<String> arguments(ContainerConfig config, ImageConfig image) {
        List<String> all = new ArrayList<>();
        if (!config.command().isEmpty()) {
            all.addAll(config.command());
            all.addAll(config.arguments());
        } else {
            all.addAll(image.entrypoint());
            all.addAll(config.arguments().isEmpty() ? image.command() : config.arguments());
        }
        return all;
    }

    private static List<String> environment(
            ContainerConfig config, ImageConfig image, String hostname, ImageUsers.User user) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PATH", DEFAULT_PATH);
        variables.put("HOSTNAME", hostname);
        if (config.tty()) {
            variables.put("TERM", "xterm");
        }
        for (String variable : image.environment()) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                variables.put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        config.environment().forEach(variable -> variables.put(variable.getKey(), variable.getValue()));
        variables.putIfAbsent("HOME", user.home() == null ? "/" : user.home());
        return variables.entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
    }

    private static ImageUsers.User user(ContainerConfig.Security security, ImageConfig image, ImageUsers users) {
        Long number = security.runAsUser();
        if (number != null) {
            return users.find(Long.toString(UserIds.check(number)), null);
        }
        String name = security.runAsUserName();
        if (name != null && !name.isEmpty()) {
            return users.find(name, null);
        }
        String text = image.user();
        int colon = text.indexOf(':');
        return colon < 0 ? users.find(text, null) : users.find(text.substring(0, colon), text.substring(colon + 1));
    }

    private static ProcessCredentials credentials(ContainerConfig.Security security, ImageUsers.User user) {
        if (security.runAsNonRoot() && user.id() == 0) {
            throw new RuntimeFailure(
                    Reason.INVALID_ARGUMENT, "container has runAsNonRoot and its user was found to be root");
        }
        Long group = security.runAsGroup();
        long primary = group == null ? user.group() : group;
        Set<Long> groups = new TreeSet<>(security.strictGroups() ? List.of() : user.groups());
        Set<Capability> capabilities = capabilities(security);
        groups.addAll(security.supplementalGroups());
        groups.add(primary);
        return new ProcessCredentials(
                user.id(),
                primary,
                List.copyOf(groups),
                Capability.mask(capabilities),
                security.noNewPrivileges() && !security.privileged(),
                security.privileged() ? null : SeccompFilters.of(security.seccomp(), capabilities));
    }

    /** {@code ALL} first in both lists, so that "drop ALL, add one" and "add ALL, drop one" mean what they say. */
    private static Set<Capability> capabilities(ContainerConfig.Security security) {
        Set<Capability> own = ownCapabilities();
        Set<Capability> result = EnumSet.noneOf(Capability.class);
        if (security.privileged()) {
            result.addAll(own);
            return result;
        }
        result.addAll(Capability.CONTAINER_DEFAULT);
        if (isAll(security.addCapabilities())) {
            result.addAll(own);
        }
        if (isAll(security.dropCapabilities())) {
            result.clear();
        }
        result.addAll(named(security.addCapabilities()));
        result.removeAll(named(security.dropCapabilities()));
        result.retainAll(own);
        return result;
    }

    private static boolean isAll(Set<String> names) {
        return names.stream().anyMatch(name -> name.equalsIgnoreCase("ALL"));
    }

    private static Set<Capability> named(Set<String> names) {
        Set<Capability> found = EnumSet.noneOf(Capability.class);
        for (String name : names) {
            if (!name.equalsIgnoreCase("ALL")) {
                found.add(Capability.named(name)
                        .orElseThrow(() -> new RuntimeFailure(
                                Reason.INVALID_ARGUMENT, "unknown capability \"CAP_" + name + "\"")));
            }
        }
        return found;
    }

    private static Set<Capability> ownCapabilities() {
        try {
            return Capability.own();
        } catch (IOException e) {
            throw new RuntimeFailure(Reason.INTERNAL, "cannot find out the capabilities of this process: " + e, e);
        }
    }
}
