package dev.proa.delivery.git;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/** The custom resources of {@code git.proa.dev}. */
public final class GitResources {
    public static final String GROUP = "git.proa.dev";
    public static final String VERSION = "v1alpha1";
    /** A repository. */
    public static final Kind<AnyObject> REPOSITORIES = Kind.any(GROUP, VERSION, "Repository", "repositories", true);
    /** A public key by which a user logs in by SSH; its name is {@link SshKeys#name}. */
    public static final Kind<AnyObject> SSH_KEYS = Kind.any(GROUP, VERSION, "SSHKey", "sshkeys", false);
    /** What something says of a commit, as whether its pipeline passed. */
    public static final Kind<AnyObject> COMMIT_STATUSES =
            Kind.any(GROUP, VERSION, "CommitStatus", "commitstatuses", true);

    private GitResources() {}

    /** The definitions of these resources. */
    public static List<CustomResourceDefinition> definitions() {
        return read("crds.yaml").stream().map(CustomResourceDefinition::new).toList();
    }

    /**
     * The policies and their bindings: users add only keys of their own (without that, who may create keys may log in as anybody), and who may only push does not
     * change the rules of branches.
     */
    public static List<MapValue> policies() {
        return read("policies.yaml");
    }

    private static List<MapValue> read(String resource) {
        try (InputStream in = Objects.requireNonNull(GitResources.class.getResourceAsStream(resource), resource)) {
            return Yaml.decodeAll(in.readAllBytes()).stream()
                    .map(MapValue.class::cast)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
