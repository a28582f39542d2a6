// In-App Calling (Voice and Video SDKs), Application key, Registration token (JWT): make the registration token on your backend.
// Written for Java 11 or newer.
// Run: java Main.java USER_ID
// Environment variables:
//   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
//   SINCH_APPLICATION_SECRET  beside the Application Key, in the same app

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Main {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

  public static void main(String[] arguments) throws Exception {
    String applicationKey = setting("SINCH_APPLICATION_KEY");
    String applicationSecret = setting("SINCH_APPLICATION_SECRET");
    if (arguments.length != 1) {
      System.err.println("usage: java Main.java USER_ID");
      System.exit(1);
    }
    selfTest();
    System.out.println(registrationToken(applicationKey, applicationSecret, arguments[0], Instant.now()));
  }

  /**
   * A token that lets one user's client register, good for ten minutes.
   *
   * <p>Take the user id from your own session, never from the request. Make a token for each request; answer with
   * {@code Cache-Control: no-store}, and do not log it.
   */
  static String registrationToken(String applicationKey, String applicationSecret, String userId, Instant now)
      throws GeneralSecurityException {
    if (!userId.matches("[A-Za-z0-9_=-]{1,255}")) {
      throw new IllegalArgumentException(
          "a user id has 1 to 255 characters of A-Z a-z 0-9 - _ =; base64url-encode any other");
    }
    byte[] secret = Base64.getDecoder().decode(applicationSecret);
    if (secret.length != 16) {
      throw new IllegalArgumentException("an Application Secret is base64 of 16 bytes; this one is something else");
    }
    // One instant for everything, in UTC.
    String date = DateTimeFormatter.BASIC_ISO_DATE.format(now.atOffset(ZoneOffset.UTC).toLocalDate());
    long issued = now.getEpochSecond();
    byte[] nonce = new byte[16];
    RANDOM.nextBytes(nonce);
    String issuer = "//rtc.sinch.com/applications/" + applicationKey;
    String header = "{\"alg\":\"HS256\",\"kid\":\"hkdfv1-" + date + "\"}";
    // The values hold no character that JSON would have to escape.
    String claims = "{\"iss\":\"" + issuer + "\",\"sub\":\"" + issuer + "/users/" + userId + "\",\"iat\":" + issued
        + ",\"exp\":" + (issued + 600) + ",\"nonce\":\"" + HexFormat.of().formatHex(nonce) + "\"}";
    String signed = base64url(header) + "." + base64url(claims);
    return signed + "." + BASE64URL.encodeToString(hmac(signingKey(secret, date), signed));
  }

  /** The key of one UTC day: one HMAC, in spite of the name hkdfv1. */
  private static byte[] signingKey(byte[] secret, String date) throws GeneralSecurityException {
    return hmac(secret, date);
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String base64url(String text) {
    return BASE64URL.encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Checks the derivation against two published days before the first token is made. */
  private static void selfTest() throws GeneralSecurityException {
    byte[] secret = Base64.getDecoder().decode("ax8hTTQJF0OPXL32r1LHMA==");
    String[][] known = {
      {"20180102", "AZj5EsS8S7wb06xr5jERqPHsraQt3w/+Ih5EfrhisBQ="},
      {"20180201", "vnueKmgo5tu5c2uzA38at0a9SZK6QjROrLnIfu09z0I="}
    };
    for (String[] day : known) {
      if (!Arrays.equals(signingKey(secret, day[0]), Base64.getDecoder().decode(day[1]))) {
        throw new IllegalStateException("the signing key is derived wrongly");
      }
    }
  }

  private static String setting(String name) {
    String value = System.getenv(name);
    if (value == null || value.isBlank()) {
      System.err.println(name + " is not set; the top of this file says where to get it");
      System.exit(1);
    }
    return value.strip();
  }
}
