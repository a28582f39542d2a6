// Smoke calls of the Java SDK 2.x, once with every credential right, then with one after the other spoilt.
import com.sinch.sdk.SinchClient;
import com.sinch.sdk.domains.numberlookup.models.v2.request.NumberLookupRequest;
import com.sinch.sdk.models.Configuration;
import com.sinch.sdk.models.ConversationRegion;
import com.sinch.sdk.models.SMSRegion;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

public class SmokeJava {
  static final String OTHER = "00000000-0000-4000-8000-000000000000";
  static final String SECRET = "AAAAAAAAAAAAAAAAAAAAAA==";

  interface Call {
    Object run();
  }

  static String read(String name, String spoilt) {
    if (!name.equals(spoilt)) return System.getenv(name);
    return name.equals("SINCH_APPLICATION_SECRET") ? SECRET : OTHER;
  }

  static Configuration.Builder builder(String spoilt) {
    return Configuration.builder()
        .setProjectId(read("SINCH_PROJECT_ID", spoilt))
        .setKeyId(read("SINCH_KEY_ID", spoilt))
        .setKeySecret(read("SINCH_KEY_SECRET", spoilt))
        .setApplicationKey(read("SINCH_APPLICATION_KEY", spoilt))
        .setApplicationSecret(read("SINCH_APPLICATION_SECRET", spoilt))
        .setConversationRegion(ConversationRegion.US)
        .setSmsRegion(SMSRegion.US);
  }

  static Map<String, Call> calls(String spoilt) {
    SinchClient project = new SinchClient(builder(spoilt).build());
    SinchClient plan = new SinchClient(builder(spoilt)
        .setSmsServicePlanId(read("SINCH_SERVICE_PLAN_ID", spoilt))
        .setSmsApiToken(read("SINCH_API_TOKEN", spoilt))
        .build());
    Map<String, Call> calls = new LinkedHashMap<>();
    calls.put("numbers", () -> project.numbers().v1().regions().list());
    calls.put("conversation", () -> project.conversation().v1().apps().list());
    calls.put("number-lookup", () -> project.lookup().v2()
        .lookup(NumberLookupRequest.builder().setNumber("+12025550134").build()));
    calls.put("voice", () -> project.voice().v1().applications().listNumbers());
    calls.put("verification", () -> project.verification().v1().verificationStatus().getByReference("none"));
    calls.put("sms project", () -> project.sms().v1().groups().list());
    calls.put("sms plan", () -> plan.sms().v1().groups().list());
    return calls;
  }

  public static void main(String[] given) throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    StringJoiner all = new StringJoiner(",", "{", "}");
    for (String spoilt : given) {
      http.send(HttpRequest.newBuilder(URI.create("https://api.mailjet.com/mark/" + spoilt)).build(),
          BodyHandlers.discarding());
      StringJoiner one = new StringJoiner(",", "{", "}");
      for (Map.Entry<String, Call> entry : calls(spoilt).entrySet()) {
        String outcome = "ok";
        try {
          entry.getValue().run();
        } catch (Exception problem) {
          String text = problem.getClass().getSimpleName() + ": " + problem.getMessage();
          outcome = text.replaceAll("[\"\\\\\\p{Cntrl}]", " ");
        }
        one.add("\"" + entry.getKey() + "\":\"" + outcome + "\"");
      }
      all.add("\"" + spoilt + "\":" + one);
    }
    System.out.print(all);
    System.exit(0);
  }
}
