package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.client.informer.EventHandler;
import dev.proa.control.scheduler.cache.SchedulerCache;
import dev.proa.control.scheduler.framework.Changes;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.Framework;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.queue.SchedulingQueue;
import dev.proa.control.shared.Pods;

/** Keeps the scheduler's cache and queue up to date with what the informers of pods and nodes see. Never waits for scheduling. */
final class InformerHandlers {
    private final SchedulerCache cache;
    private final SchedulingQueue queue;
    private final Profiles profiles;

    InformerHandlers(SchedulerCache cache, SchedulingQueue queue, Profiles profiles) {
        this.cache = cache;
        this.queue = queue;
        this.profiles = profiles;
    }

    EventHandler<Pod> pods() {
        return new PodHandler();
    }

    EventHandler<Node> nodes() {
        return new NodeHandler();
    }

    /** Whether the pod needs a node from this scheduler. */
    static boolean wants(Pod pod, Profiles profiles) {
        return !isPlaced(pod) && profiles.of(pod) != null && !Pods.isFinished(pod);
    }

    private static boolean isPlaced(Pod pod) {
        return !pod.value().map("spec").string("nodeName").isEmpty();
    }

    private final class PodHandler implements EventHandler<Pod> {
        @Override
        public void added(Pod pod) {
            if (wants(pod, profiles)) {
                queue.add(pod);
            } else if (isPlaced(pod) && !Pods.isFinished(pod)) {
                cache.put(pod);
                queue.move(ClusterEvent.ASSIGNED_POD_ADDED, null, pod);
            }
        }

        @Override
        public void updated(Pod before, Pod after) {
            if (!before.uid().equals(after.uid())) {
                deleted(before);
                added(after);
            } else if (isPlaced(after)) {
                placed(before, after);
            } else if (!wants(after, profiles)) {
                queue.remove(after);
            } else if (!cache.knows(after)) {
                waits(before, after);
            } else if (after.isDeleting() && !before.isDeleting()) {
                release(after); // the binding that is under way is going to fail
            }
        }

        private void waits(Pod before, Pod after) {
            if (isChanged(before, after)) {
                queue.update(before, after);
            }
            String nominated = before.status().nominatedNodeName();
            if (!nominated.isEmpty() && !nominated.equals(after.status().nominatedNodeName())) {
                roomIsFree(before);
            }
        }

        private void placed(Pod before, Pod after) {
            if (Pods.isFinished(after)) {
                deleted(after);
                return;
            }
            SchedulerCache.PodChange change = cache.put(after);
            if (!isPlaced(before) || change.before() == null) {
                queue.remove(after);
                queue.move(ClusterEvent.ASSIGNED_POD_ADDED, null, after);
                return;
            }
            for (ClusterEvent event : Changes.ofAssigned(change.before(), change.after())) {
                queue.move(event, before, after);
            }
        }

        @Override
        public void deleted(Pod last) {
            queue.remove(last);
            if (cache.knows(last)) {
                release(last);
            } else if (!last.status().nominatedNodeName().isEmpty()) {
                roomIsFree(last);
            }
        }

        /** The pod does not count any more. One that waits for its permit gives up by itself what it has reserved. */
        private void release(Pod pod) {
            Framework framework = profiles.of(pod);
            boolean waited = framework != null && framework.rejectWaitingPod(pod.uid());
            PodInfo freed = waited ? null : cache.remove(pod);
            if (freed != null) {
                queue.move(ClusterEvent.ASSIGNED_POD_DELETED, freed.pod(), null);
            }
        }

        /** Pods that had to leave room for a nominated pod need not do so any more. */
        private void roomIsFree(Pod nominated) {
            int priority = nominated.spec().priority();
            queue.move(ClusterEvent.ASSIGNED_POD_DELETED, nominated, null, pod -> pod.priority() <= priority);
        }

        /** The condition that says why it waits is no change of what it wants. */
        private static boolean isChanged(Pod before, Pod after) {
            MapValue oldStatus = before.value().map("status");
            MapValue status = after.value().map("status");
            return !before.value().map("spec").equals(after.value().map("spec"))
                    || !before.labels().equals(after.labels())
                    || before.isDeleting() != after.isDeleting()
                    || !oldStatus.string("nominatedNodeName").equals(status.string("nominatedNodeName"))
                    || !oldStatus.list("resourceClaimStatuses").equals(status.list("resourceClaimStatuses"));
        }
    }

    private final class NodeHandler implements EventHandler<Node> {
        @Override
        public void added(Node node) {
            cache.put(node);
            queue.move(ClusterEvent.NODE_ADDED, null, node);
        }

        @Override
        public void updated(Node before, Node after) {
            cache.put(after);
            for (ClusterEvent event : Changes.of(before, after)) {
                queue.move(event, before, after);
            }
        }

        @Override
        public void deleted(Node last) {
            cache.remove(last);
            queue.move(ClusterEvent.NODE_DELETED, last, null);
        }
    }
}
