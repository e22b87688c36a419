package dev.proa.node.sandbox;

import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerConfig.Mount;
import dev.proa.node.cri.ContainerConfig.Security;
import dev.proa.node.cri.ContainerRuntime.Resources;
import dev.proa.node.cri.SeccompProfile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Builds the configuration of a container that runs a shell script. */
final class ConfigBuilder {
    private final String script;
    private final List<Map.Entry<String, String>> environment = new ArrayList<>();
    private final List<Mount> mounts = new ArrayList<>();
    private String name = "main";
    private String directory = "";
    private Resources resources = Resources.UNLIMITED;
    private @Nullable Long user;
    private @Nullable String userName;
    private @Nullable Long group;
    private List<Long> groups = List.of();
    private boolean privileged;
    private boolean readOnlyRoot;
    private boolean noNewPrivileges;
    private Set<String> add = Set.of();
    private Set<String> drop = Set.of();
    private SeccompProfile seccomp = SeccompProfile.RUNTIME_DEFAULT;
    private boolean nonRoot;
    private boolean strictGroups;
    private boolean unmasked;
    private boolean stdin;
    private boolean stdinOnce;
    private boolean tty;
    private final List<String> devices = new ArrayList<>();

    ConfigBuilder(String script) {
        this.script = script;
    }

    ConfigBuilder name(String value) {
        name = value;
        return this;
    }

    ConfigBuilder environment(String key, String value) {
        environment.add(Map.entry(key, value));
        return this;
    }

    ConfigBuilder directory(String value) {
        directory = value;
        return this;
    }

    ConfigBuilder mount(Path host, String container, boolean readOnly) {
        mounts.add(new Mount(host, container, readOnly, false));
        return this;
    }

    ConfigBuilder subPath(Path host, String path, String container) {
        mounts.add(new Mount(host, path, container, false, false, false));
        return this;
    }

    ConfigBuilder recursivelyReadOnly(Path host, String container) {
        mounts.add(new Mount(host, "", container, true, true, false));
        return this;
    }

    ConfigBuilder image(String image, String path, String container) {
        mounts.add(Mount.ofImage(image, path, container));
        return this;
    }

    ConfigBuilder device(String name) {
        devices.add(name);
        return this;
    }

    ConfigBuilder resources(Resources value) {
        resources = value;
        return this;
    }

    ConfigBuilder user(long value) {
        user = value;
        return this;
    }

    ConfigBuilder userName(String value) {
        userName = value;
        return this;
    }

    ConfigBuilder group(long value, Long... further) {
        group = value;
        groups = List.of(further);
        return this;
    }

    ConfigBuilder privileged() {
        privileged = true;
        return this;
    }

    ConfigBuilder readOnlyRoot() {
        readOnlyRoot = true;
        return this;
    }

    ConfigBuilder noNewPrivileges() {
        noNewPrivileges = true;
        return this;
    }

    ConfigBuilder add(String... capabilities) {
        add = Set.of(capabilities);
        return this;
    }

    ConfigBuilder drop(String... capabilities) {
        drop = Set.of(capabilities);
        return this;
    }

    ConfigBuilder seccomp(SeccompProfile value) {
        seccomp = value;
        return this;
    }

    ConfigBuilder nonRoot() {
        nonRoot = true;
        return this;
    }

    ConfigBuilder unmasked() {
        unmasked = true;
        return this;
    }

    ConfigBuilder strictGroups() {
        strictGroups = true;
        return this;
    }

    ConfigBuilder stdin(boolean once) {
        stdin = true;
        stdinOnce = once;
        return this;
    }

    ConfigBuilder tty() {
        tty = true;
        stdin = true;
        return this;
    }

    ContainerConfig build() {
        return new ContainerConfig(
                        name,
                        0,
                        SandboxFixture.IMAGE,
                        List.of("sh", "-c", script),
                        List.of(),
                        directory,
                        environment,
                        mounts,
                        Map.of(),
                        Map.of(),
                        Path.of(name + "/0.log"),
                        stdin,
                        stdinOnce,
                        tty,
                        resources,
                        0,
                        new Security(
                                user,
                                userName,
                                group,
                                groups,
                                privileged,
                                readOnlyRoot,
                                noNewPrivileges,
                                add,
                                drop,
                                unmasked,
                                seccomp,
                                nonRoot,
                                strictGroups),
                        null)
                .withCdiDevices(devices);
    }
}
