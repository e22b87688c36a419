package dev.proa.node.kubelet.volume.plugin;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.ServiceAccountTokenProjection;
import dev.proa.api.core.v1.Volume;
import dev.proa.client.clock.Clock;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.object.TokenManager;
import dev.proa.node.kubelet.pod.ConfigFailure;
import dev.proa.node.kubelet.pod.PodSpecs;
import dev.proa.node.kubelet.volume.VolumeSpec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code projected}: ConfigMaps, Secrets, fields of the pod and service account tokens as files of one volume. */
final class ProjectedPlugin extends FilesPlugin {
    private static final int OWNER = 0600;

    private final ReferencedObjects references;
    private final DownwardFiles downward;
    private final TokenManager tokens;
    private final boolean written;

    /** @param written whether containers will see the files; if not, no tokens are requested */
    ProjectedPlugin(
            ReferencedObjects references, DownwardFiles downward, TokenManager tokens, Clock clock, boolean written) {
        super(true, clock);
        this.references = references;
        this.downward = downward;
        this.tokens = tokens;
        this.written = written;
    }

    @Override
    public String name() {
        return "kubernetes.io/projected";
    }

    @Override
    public boolean supports(Volume volume) {
        return volume.hasProjected();
    }

    @Override
    public @Nullable Instant refreshAt(String podUid) {
        return tokens.refreshAt(podUid);
    }

    @Override
    public void forget(String podUid) {
        tokens.forget(podUid);
    }

    @Override
    void collect(VolumeSpec spec, Map<String, AtomicWriter.File> files) throws InterruptedException {
        var projected = spec.volume().projected();
        int mode = Modes.of(projected.has("defaultMode"), projected.defaultMode());
        String namespace = spec.pod().namespace();
        ObjectFiles objects = new ObjectFiles(references, files, mode);
        for (var source : projected.sources()) {
            if (source.hasConfigMap()) {
                var from = source.configMap();
                objects.addConfigMap(namespace, from.name(), from.items(), from.optional());
            } else if (source.hasSecret()) {
                var from = source.secret();
                objects.addSecret(namespace, from.name(), from.items(), from.optional());
            } else if (source.hasDownwardAPI()) {
                downward.add(spec, source.downwardAPI().items(), mode, files);
            } else if (source.hasServiceAccountToken()) {
                addToken(spec, source.serviceAccountToken(), mode, files);
            } else {
                throw new ConfigFailure(
                        "a projected source is neither configMap, secret, downwardAPI nor serviceAccountToken");
            }
        }
    }

    private void addToken(
            VolumeSpec spec, ServiceAccountTokenProjection from, int mode, Map<String, AtomicWriter.File> files) {
        if (!written) {
            return; // no one would see the token
        }
        String token = tokens.token(spec.pod(), from.audience(), from.expirationSeconds());
        long user = user(spec.pod());
        int tokenMode = user >= 0 || spec.fsGroup() >= 0 ? OWNER : mode;
        files.put(from.path(), new AtomicWriter.File(token.getBytes(StandardCharsets.UTF_8), tokenMode, user));
    }

    /** The user that all containers of a pod run as, who then owns its tokens; -1 when they differ or are not set. */
    private static long user(Pod pod) {
        Set<Long> users = new HashSet<>();
        Stream.of(pod.spec().initContainers(), pod.spec().containers())
                .flatMap(List::stream)
                .map(container -> PodSpecs.user(pod, container))
                .forEach(user -> users.add(user == null ? -1 : user));
        return users.size() == 1 ? users.iterator().next() : -1;
    }
}
