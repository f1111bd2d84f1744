"""The loops and segments of the 270 and the 271, in the notation of `carethread.x12.guide`.

A loop of one segment makes an item of a tuple out of each such segment. The subscriber's loops
(2100C, 2110C) and a dependent's (2100D, 2110D) hold the same, and are described once.
"""

_SHARED = """
let NAME = name first_name middle_name - suffix
let PERSON = entity_type!{1|2} $NAME
let SOURCE_ROLE = role!{#2B|36|GP|P5|PR}
let SOURCE_ID = id_qualifier!{24|46|FI|NI|PI|XV|XX} id!
let RECEIVER_ROLE = role!{#1P|2B|36|80|FA|GP|P5|PR}
let RECEIVER_ID = id_qualifier!{24|34|FI|PI|PP|SV|XV|XX} id!
let MEMBER_ID = id_qualifier{II|MI} id
let CITY = ! . . . - - .
let REGION = ! . . . . . .
let ROLE = code!{AD|AT|BI|CO|CV|H|HH|LA|OT|P1|P2|PC|PE|R|RF|SB|SK|SU}
let PROCEDURE = (procedure_qualifier!{AD|CJ|HC|ID|IV|N4|ZZ} procedure! modifiers*4 . .)
let POINTERS = (pointers:integer! pointers:integer*3)
let DIAGNOSIS = (!{ABK|ABF|BK|BF} !)
let HSD_PERIOD = 6|7|21|22|23|24|25|26|27|28|29|30|31|32|33|34|35
let BIRTH = - - - - . . - - - - - - birth_sequence:integer
let ANSWER = valid!{N|Y} -
let DATE = !{D8|RD8} !

[2100B.REF S9 references=Identifier*]
  REF R1 qualifier!{0B|1C|1D|1J|4A|CT|EL|EO|HPI|JD|N5|N7|Q4|SY|TJ} value! description
[2100B.PRV S1 provider=ProviderRole]
  PRV R1 $ROLE qualifier{PXC} value
[2120.PRV S1 provider=ProviderRole]
  PRV R1 $ROLE qualifier{9K|D3|EI|HPI|PXC|SY|TJ} value
[2100.PRV S1 ^provider=ProviderRole]
  PRV R1 $ROLE qualifier{9K|D3|EI|HPI|PXC|SY|TJ} value
"""

_INQUIRY = """
[2100.REF S9 ^references=Identifier*]
  REF R1 qualifier!{18|1L|1W|3H|49|6P|CT|EA|EJ|F6|GH|HJ|IF|IG|MRC|N6|NQ|SY|Y4} value!
[2100C R1 party=Party]
  NM1 R1 #IL $PERSON $MEMBER_ID
  use 2100.REF
  N3 S1 @street:address ! .
  N4 S1 @city:address $CITY
  use 2100.PRV
  DMG S1 @demographics:^birth_date,^sex .{D8} . .{F|M}
  [2100C.INS S1 ^relation=Relation]
    INS R1 is_subscriber!{Y} code!{18} maintenance reason $BIRTH
  HI S1 @diagnoses:^diagnoses $DIAGNOSIS! $DIAGNOSIS*7
  DTP S2 @periods:^dates !{102|291} $DATE
[2100D R1 party=Party]
  NM1 R1 #03 entity_type!{1} $NAME - -
  use 2100.REF
  N3 S1 @street:address ! .
  N4 S1 @city:address $CITY
  use 2100.PRV
  DMG S1 @demographics:^birth_date,^sex .{D8} . .{F|M}
  [2100D.INS S1 ^relation=Relation]
    INS R1 is_subscriber!{N} code!{01|19|20|21|34|39|40|53|G8} maintenance reason $BIRTH
  HI S1 @diagnoses:^diagnoses $DIAGNOSIS! $DIAGNOSIS*7
  DTP S2 @periods:^dates !{102|291} $DATE
[2110 S99 inquiries=ServiceInquiry*]
  EQ R1 service_types+ $PROCEDURE coverage_level{CHD|DEP|ECH|EMP|ESP|FAM|IND|SPC|SPO} . $POINTERS
  AMT S1 #R @amounts:amounts !
  AMT S1 #PB @amounts:amounts !
  [2110.III S10 conditions=Condition*]
    III R1 qualifier!{ZZ} code!
  [2110.REF S1 references=Identifier*]
    REF R1 qualifier!{9F|G1} value!
  DTP S1 @periods:dates !{291} $DATE
[2000.TRN S2 traces=Trace*]
  TRN R1 kind!{1} number! originator! detail

[270 R1]
  [HEADER R1 header=Header]
    BHT R1 =0022 purpose!{01|13} reference created_on:day! created_time! kind{RT}
  [2000A R> sources=Source*]
    HL R1 @level ! - #20 !
    [2100A R1 entity=Entity]
      NM1 R1 $SOURCE_ROLE $PERSON $SOURCE_ID
    [2000B R> receivers=Receiver*]
      HL R1 @level ! ! #21 !
      [2100B R1 entity=Entity]
        NM1 R1 $RECEIVER_ROLE $PERSON $RECEIVER_ID
        use 2100B.REF
        N3 S1 @street:address ! .
        N4 S1 @city:address $CITY
        use 2100B.PRV
      [2000C R> subscribers=Member*]
        HL R1 @level ! ! #22 !
        use 2000.TRN
        use 2100C
        use 2110
        [2000D S> dependents=Member*]
          HL R1 @level ! ! #23 !
          use 2000.TRN
          use 2100D
          use 2110
"""

_RESPONSE = """
let MEMBER_REF = 18|1L|1W|3H|49|6P|CE|CT|EA|EJ|F6|GH|HJ|IF|IG|M7|ML|MRC|N6|NQ|Q4|SY|Y4
let REQUEST_AAA = 15|35|42|43|45|47|48|49|51|52|56|57|58|60|61|62|63
let MEMBER_AAA = $REQUEST_AAA|64|65|66|67|68|71|72|73|74|75|76|77|78
let PLAN_DTP = 096|102|152|291|307|318|340|341|342|343|346|347|356|357
let MEMBER_DTP = $PLAN_DTP|382|435|442|458|472|539|540|636|771
let BENEFIT_REF = 18|1L|1W|49|6P|9F|ALS|CLI|CT|F6|FO|G1|IG|M7|N6|NQ
let BENEFIT_AAA = 15|33|52|53|54|55|56|57|60|61|62|63|69|70|98|AA|AE|AF|AG|AO|CI|E8|IA|MA
let BENEFIT_DTP = 096|193|194|198|290|291|292|295|304|307|318|346|348|349|356|357|435|472|636|771
let RELATED_ROLE = 11|13|1I|1P|2B|36|73|FA|GP|GW|I3|IL|LR|OC|P3|P4|P5|PR|PRP|SEP|TTP|VER|VN|VY|X3|Y2
let RELATED_ID = id_qualifier{24|34|46|FA|FI|II|MI|NI|PI|PP|SV|XV|XX} id
let INSURANCE_TO_Z = MA|MB|MC|MH|MI|MP|OT|PE|PL|PP|PR|PS|QM|RP|SP|TF|WC|WU
let MEDICARE_SECOND = 12|13|14|15|16|41|42|43|47
let INSURANCE = AP|C1|CO|CP|D|DB|EP|FF|GP|HM|HN|HS|IN|IP|LC|LD|LI|LT|$INSURANCE_TO_Z
let CHANNEL = .{ED|EM|EX|FX|HP|TE|UR|WP}

[2100.REF S9 ^references=Identifier*]
  REF R1 qualifier!{$MEMBER_REF} value! description
[2100.AAA S9 ^rejections=Rejection*]
  AAA R1 $ANSWER reason!{$MEMBER_AAA} action!{C|N|R|S|W|X|Y}
[2100C R1 party=Party]
  NM1 R1 #IL $PERSON $MEMBER_ID
  use 2100.REF
  N3 S1 @street:address ! .
  N4 S1 @city:address $REGION
  use 2100.AAA
  use 2100.PRV
  DMG S1 @demographics:^birth_date,^sex .{D8} . .{F|M|U}
  [2100C.INS S1 ^relation=Relation]
    INS R1 is_subscriber!{Y} code!{18} maintenance{001} reason{25} $BIRTH
  HI S1 @diagnoses:^diagnoses $DIAGNOSIS! $DIAGNOSIS*7
  DTP S9 @periods:^dates !{$MEMBER_DTP} $DATE
  MPI S1 ! ! ! . . . .
[2100D R1 party=Party]
  NM1 R1 #03 entity_type!{1} $NAME $MEMBER_ID
  use 2100.REF
  N3 S1 @street:address ! .
  N4 S1 @city:address $REGION
  use 2100.AAA
  use 2100.PRV
  DMG S1 @demographics:^birth_date,^sex .{D8} . .{F|M|U}
  [2100D.INS S1 ^relation=Relation]
    INS R1 is_subscriber!{N} code!{01|19|20|21|34|39|40|53|G8} maintenance{001} reason{25}
           $BIRTH
  HI S1 @diagnoses:^diagnoses $DIAGNOSIS! $DIAGNOSIS*7
  DTP S9 @periods:^dates !{$MEMBER_DTP} $DATE
  MPI S1 ! ! ! . . . .
[2120 R23 entities=Entity*]
  NM1 R1 role!{$RELATED_ROLE} $PERSON $RELATED_ID relationship{01|02|27|41|48|65|72}
  N3 S1 @street:address ! .
  N4 S1 @city:address $REGION
  PER S3 @contacts:contacts =IC name $CHANNEL . $CHANNEL . $CHANNEL .
  use 2120.PRV
[2110 S> benefits=Benefit*]
  EB R1 code!{1|2|3|4|5|6|7|8|A|B|C|CB|D|E|F|G|H|I|J|K|L|M|MC|N|O|P|Q|R|S|T|U|V|W|X|Y}
        coverage_level{CHD|DEP|ECH|EMP|ESP|FAM|IND|SPC|SPO} service_types+
        insurance_type{$MEDICARE_SECOND|$INSURANCE}
        plan period{6|7|13|21|22|23|24|25|26|27|28|29|30|31|32|33|34|35|36}
        amount:money percent:number
        quantity_qualifier{8H|99|CA|CE|D3|DB|DY|HS|LA|LE|M2|MN|P6|QA|S7|S8|VS|YY} quantity:number
        authorization{N|U|Y} network{N|U|W|Y} $PROCEDURE $POINTERS
  [2110.HSD S9 deliveries=Delivery*]
    HSD R1 quantity_qualifier{DY|FL|HS|MN|VS} quantity:number measure{DA|MO|VS|WK|YR}
           sampling:number period{$HSD_PERIOD} period_count:integer frequency time
  [2110.REF S9 references=Identifier*]
    REF R1 qualifier!{$BENEFIT_REF} value! description
  DTP S20 @periods:dates !{$BENEFIT_DTP} $DATE
  [2110.AAA S9 rejections=Rejection*]
    AAA R1 $ANSWER reason!{$BENEFIT_AAA} action!{C|N|R|W|X|Y}
  MSG S10 @messages:messages !
  [2115 S10 conditions=Condition*]
    III R1 qualifier{GR|NI|ZZ} code category{44} text
  [2110.LS S1 related=Related*]
    LS R1 =2120
    use 2120
    LE R1 =2120
[2000.TRN S3 traces=Trace*]
  TRN R1 kind!{1|2} number! originator! detail

[271 R1]
  [HEADER R1 header=Header]
    BHT R1 =0022 purpose!{06|11} reference created_on:day! created_time! kind{RT}
  [2000A R> sources=Source*]
    HL R1 @level ! - #20 !
    [2000A.AAA S9 rejections=Rejection*]
      AAA R1 $ANSWER reason!{04|41|42|79} action!{C|N|P|R|S|Y}
    [2100A R1 entity=Entity]
      NM1 R1 $SOURCE_ROLE $PERSON $SOURCE_ID
      PER S3 @contacts:contacts =IC name $CHANNEL . $CHANNEL . $CHANNEL .
      [2100A.AAA S9 rejections=Rejection*]
        AAA R1 $ANSWER reason!{04|41|42|79|80|T4} action!{C|N|P|R|S|W|X|Y}
    [2000B S> receivers=Receiver*]
      HL R1 @level ! ! #21 !
      [2100B R1 entity=Entity]
        NM1 R1 $RECEIVER_ROLE $PERSON $RECEIVER_ID
        use 2100B.REF
        N3 S1 @street:address ! .
        N4 S1 @city:address $REGION
        [2100B.AAA S9 rejections=Rejection*]
          AAA R1 $ANSWER reason!{15|41|43|44|45|46|47|48|50|51|79|97|T4} action!{C|N|R|S|W|X|Y}
        use 2100B.PRV
      [2000C S> subscribers=Member*]
        HL R1 @level ! ! #22 !
        use 2000.TRN
        use 2100C
        use 2110
        [2000D S> dependents=Member*]
          HL R1 @level ! ! #23 !
          use 2000.TRN
          use 2100D
          use 2110
"""

INQUIRY_LAYOUT = _SHARED + _INQUIRY
RESPONSE_LAYOUT = _SHARED + _RESPONSE
