package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Volume;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prefers nodes that have much of the pod's images already. An image counts the more the more nodes have it, lest all pods of a new
 * image go where it was pulled first.
 */
final class ImageLocality implements Plugin.Score {
    private static final long LEAST = 23L << 20;
    private static final long MOST_PER_CONTAINER = 1000L << 20;

    @Override
    public String name() {
        return "ImageLocality";
    }

    @Override
    public int weight() {
        return 1;
    }

    @Override
    public long @Nullable [] score(PodInfo pod, List<NodeInfo> nodes, List<NodeInfo> all) {
        List<String> images = images(pod.pod());
        long[] sums = new long[nodes.size()];
        boolean any = false;
        for (String image : images) {
            int spread = 0;
            for (NodeInfo node : all) {
                spread += node.imageSize(image) > 0 ? 1 : 0;
            }
            for (int i = 0; spread > 0 && i < sums.length; i++) {
                sums[i] += (long) (nodes.get(i).imageSize(image) * ((double) spread / all.size()));
                any = true;
            }
        }
        if (!any) {
            return null; // all would get 0
        }
        int containers = pod.pod().spec().initContainers().size()
                + pod.pod().spec().containers().size();
        long most = MOST_PER_CONTAINER * containers;
        for (int i = 0; i < sums.length; i++) {
            sums[i] = Scores.MOST * (Math.clamp(sums[i], LEAST, most) - LEAST) / (most - LEAST);
        }
        return sums;
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
