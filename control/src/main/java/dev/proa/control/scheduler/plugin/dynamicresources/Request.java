package dev.proa.control.scheduler.plugin.dynamicresources;

import dev.proa.api.resource.v1.DeviceClass;
import dev.proa.api.resource.v1.DeviceRequest;
import dev.proa.api.resource.v1.DeviceSelector;
import dev.proa.api.resource.v1.DeviceSubRequest;
import dev.proa.api.resource.v1.DeviceTaint;
import dev.proa.api.resource.v1.DeviceToleration;
import dev.proa.api.resource.v1.ExactDeviceRequest;
import dev.proa.api.resource.v1.ResourceClaim;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A request of a claim for devices.
 *
 * @param claim the position of its claim
 * @param options what it would take, the best first; one unless it is {@code firstAvailable} (KEP-4816)
 */
record Request(int claim, List<Option> options) {
    /**
     * What a request would take.
     *
     * @param request the name of the request
     * @param name the same, or {@code request/subrequest}
     * @param count how many devices, when not all
     */
    record Option(
            String request,
            String name,
            DeviceClass type,
            List<DeviceSelector> selectors,
            List<DeviceToleration> tolerations,
            boolean all,
            long count,
            boolean adminAccess) {
        /** Whether it is meant by one of these names; by all when there are none. */
        boolean isAmong(List<String> names) {
            return names.isEmpty() || names.contains(request) || names.contains(name);
        }

        boolean tolerates(List<DeviceTaint> taints) {
            return taints.stream()
                    .filter(taint -> taint.effect().equals("NoSchedule")
                            || taint.effect().equals("NoExecute"))
                    .allMatch(taint -> tolerations.stream().anyMatch(toleration -> covers(toleration, taint)));
        }

        private static boolean covers(DeviceToleration toleration, DeviceTaint taint) {
            return (toleration.effect().isEmpty() || toleration.effect().equals(taint.effect()))
                    && (toleration.key().isEmpty() || toleration.key().equals(taint.key()))
                    && (toleration.operator().equals("Exists")
                            || toleration.value_().equals(taint.value_()));
        }
    }

    /**
     * The requests of a claim.
     *
     * @param classes finds the class of a name
     */
    static List<Request> of(int position, ResourceClaim claim, Function<String, DeviceClass> classes) {
        List<Request> requests = new ArrayList<>();
        for (DeviceRequest request : claim.spec().devices().requests()) {
            List<Option> options = new ArrayList<>();
            if (request.hasExactly()) {
                ExactDeviceRequest exactly = request.exactly();
                options.add(new Option(
                        request.name(),
                        request.name(),
                        classes.apply(exactly.deviceClassName()),
                        exactly.selectors(),
                        exactly.tolerations(),
                        exactly.allocationMode().equals("All"),
                        exactly.count(),
                        exactly.adminAccess()));
            }
            for (DeviceSubRequest sub : request.firstAvailable()) {
                options.add(new Option(
                        request.name(),
                        request.name() + "/" + sub.name(),
                        classes.apply(sub.deviceClassName()),
                        sub.selectors(),
                        sub.tolerations(),
                        sub.allocationMode().equals("All"),
                        sub.count(),
                        false));
            }
            requests.add(new Request(position, options));
        }
        return requests;
    }
}
