package dev.proa.control.scheduler.plugin;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Volume;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Status;
import java.util.ArrayList;
import java.util.List;

/**
 * Prefers nodes that have much of the pod's images already. An image counts more the more nodes have it, so that the pods of a new
 * image do not all go where it was pulled first.
 */
public final class ImageLocality implements Plugin.PreScore, Plugin.Score {
    private static final long LEAST = 23L << 20;
    private static final long MOST_PER_CONTAINER = 1000L << 20;
    private static final CycleState.Key<Images> IMAGES = CycleState.Key.of(Images.class);

    /**
     * The pod's images that any node has.
     *
     * @param shares the share of nodes that have each
     * @param most the bytes that count as all of them
     */
    private record Images(List<String> names, List<Double> shares, long most) implements CycleState.Data {
        @Override
        public CycleState.Data copy() {
            return this;
        }
    }

    @Override
    public String name() {
        return "ImageLocality";
    }

    /** Skips pods none of whose images any node has: all nodes would get 0. */
    @Override
    public Status preScore(CycleState state, PodInfo pod, List<NodeInfo> nodes) {
        List<String> names = new ArrayList<>();
        List<Double> shares = new ArrayList<>();
        for (String image : images(pod.pod())) {
            int spread = state.snapshot().imageNodes(image);
            if (spread > 0) {
                names.add(image);
                shares.add((double) spread / state.snapshot().size());
            }
        }
        if (names.isEmpty()) {
            return Status.SKIP;
        }
        int containers = pod.pod().spec().initContainers().size()
                + pod.pod().spec().containers().size();
        state.write(IMAGES, new Images(names, shares, MOST_PER_CONTAINER * containers));
        return Status.SUCCESS;
    }

    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        Images images = state.read(IMAGES);
        if (images == null) {
            return 0;
        }
        long sum = 0;
        for (int i = 0; i < images.names.size(); i++) {
            sum += (long) (node.imageSize(images.names.get(i)) * images.shares.get(i));
        }
        return MAX_SCORE * (Math.clamp(sum, LEAST, images.most) - LEAST) / (images.most - LEAST);
    }

    private static List<String> images(Pod pod) {
        List<String> images = new ArrayList<>();
        for (Container container : pod.spec().initContainers()) {
            images.add(tagged(container.image()));
        }
        for (Container container : pod.spec().containers()) {
            images.add(tagged(container.image()));
        }
        for (Volume volume : pod.spec().volumes()) {
            if (volume.hasImage()) {
                images.add(tagged(volume.image().reference()));
            }
        }
        return images;
    }

    /** Nodes list images with their tag. */
    static String tagged(String image) {
        return image.lastIndexOf(':') <= image.lastIndexOf('/') ? image + ":latest" : image;
    }
}
