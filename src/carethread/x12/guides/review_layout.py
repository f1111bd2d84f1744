"""The loops and segments of the 278 request and response, in the notation of `guide`.

What both share comes first. The ambulance, spinal, oxygen and home health segments (CR1, CR2, CR5,
CR6) and tooth information (TOO) are kept as they are. A response's contact (2010EB, 2010FB) may
have a role that a provider has too (FA), or another reviewer (PR, X3): FA is read as a provider,
PR and X3 as the contact.
"""

_SHARED = """
let NAME = name first_name middle_name - suffix
let WHO = entity_type!{1|2} $NAME
let ID = id_qualifier{24|34|46|FI|XX} id
let REVIEWER_ID = id_qualifier!{24|34|46|PI|XV|XX} id!
let CITY = . . . - - .
let CHANNEL = .{EM|EX|FX|TE|UR}
let DATE = !{D8|RD8} !
let CODE = (!{ABF|ABJ|ABK|APR|BF|BJ|BK|DR|LOI|PR} ! .{D8} .)
let CODE_OF = procedure_qualifier!{ER|HC|HP|ID|IV|N4|WK|ZZ} procedure! modifiers*4
let PROCEDURE = $CODE_OF description range_to
let PLACE_ROLE = 1T|71|72|73|77|AAJ|DD|DK|DN|DQ|FA|G3|P3|QB|QV|SJ
let PROVIDER_ROLE = AD|AS|AT|CO|CV|OP|OR|OT|PC|PE|RF
let CONTACT_ROLE = 1P|2B|ABG|L5|PR|X3
let CATEGORY = category!{AR|HS|IN|SC}
let CERTIFICATION = certification!{1|2|3|4|I|N|R|S}
let FACILITY = (facility_code! facility_qualifier!{A|B} -)
let CAUSES = (related_causes!{AA|AP|EM} related_causes*2 cause_state cause_country)
let CRC = applies!{N|Y} codes! codes*4

[N.REF S9 references=Identifier*]
  REF R1 qualifier!{0B|1G|1J|CT|EI|G5|N5|N7|SY|TJ|ZH} value! description
[N.PRV S1 provider=ProviderRole]
  PRV R1 code!{$PROVIDER_ROLE} qualifier{PXC} value
[N.AAA S9 rejections=Rejection*]
  AAA R1 valid!{N|Y} - reason action{C|N|P|R|S|Y}
[M.REF S9 ^references=Identifier*]
  REF R1 qualifier!{1L|1W|28|3L|6P|DP|EJ|F6|HJ|IG|N6|NQ|SY} value!
[M.AAA S9 ^rejections=Rejection*]
  AAA R1 valid!{N|Y} - reason action{C|N|P|R|S|Y}
[M.INS S1 ^relation=Relation]
  INS R1 is_subscriber!{Y|N} code! maintenance reason . - . . - - - - - - - - birth_sequence:integer
[UM S1 requested=Requested]
  UM R1 $CATEGORY $CERTIFICATION service_type $FACILITY $CAUSES level_of_service{03|E|U}
        condition prognosis release_of_information{A|I|M|O|Y} delay_reason
[HCR S1 decision=Decision]
  HCR R1 action!{A1|A2|A3|A4|A6|C|CT|NA} number reason second_opinion{N|Y}
[HSD S1 delivery=Delivery]
  HSD R1 quantity_qualifier{DY|FL|HS|MN|VS} quantity:number measure{DA|MO|WK|YR} sampling:number
         period{6|7|21|26|27|29|34|35} period_count:integer frequency time
[CRC S6 conditions=PatientCondition*]
  CRC R1 category!{07|08|11|75|76|77} $CRC
[PWK S10 attachments=ReviewAttachment*]
  PWK R1 report! transmission!{AA|BM|EL|EM|FX|VO} - - number_qualifier{AC} control_number
         description - -
[SV1 S1 professional=ProfessionalService]
  SV1 R1 ($PROCEDURE)! charge:cents unit{F2|MJ|UN} units:number - - (pointers:integer!
         pointers:integer*3) - - - .*10
[SV2 S1 institutional=InstitutionalService]
  SV2 R1 revenue_code ($PROCEDURE) charge:cents unit{DA|F2|UN} units:number rate:number - - . .
[SV3 S1 dental=DentalService]
  SV3 R1 (procedure_qualifier!{AD} procedure! modifiers*4 - -)! charge:cents - . . units:number
         . - - - .

[2010EA S14 providers=Entity*]
  NM1 R1 role!{#$PLACE_ROLE} $WHO $ID
  use N.REF
  N3 S1 @street:address ! .
  N4 S1 @city:address $CITY
  PER S1 @contacts:contacts =IC name $CHANNEL . $CHANNEL . $CHANNEL .
  use N.AAA
  use N.PRV
[2010EB.contact S3 contacts=Entity*]
  NM1 R1 role!{#$CONTACT_ROLE} $WHO $REVIEWER_ID
  N3 S1 @street:address ! .
  N4 S1 @city:address $CITY
  PER S3 @contacts:contacts =IC name $CHANNEL . $CHANNEL . $CHANNEL .
[2010EB S5 transports=Entity*]
  NM1 R1 role!{#45|FS|ND|PW|R3} $WHO
  N3 S1 @street:address ! .
  N4 S1 @city:address $CITY
[2010FA S12 providers=Entity*]
  NM1 R1 role!{#$PLACE_ROLE} $WHO $ID
  use N.REF
  N3 S1 @street:address ! .
  N4 S1 @city:address $CITY
  PER S1 @contacts:contacts =IC name $CHANNEL . $CHANNEL . $CHANNEL .
  use N.AAA
  use N.PRV
[2010C R1 party=Party]
  NM1 R1 #IL entity_type!{1} $NAME id_qualifier!{II|MI|ZZ} id!
  use M.REF
  N3 S1 @street:address ! .
  N4 S1 @city:address $CITY
  use M.AAA
  DMG S1 @demographics:^birth_date,^sex .{D8} . .{F|M|U}
  use M.INS
[2010D R1 party=Party]
  NM1 R1 #QC entity_type!{1} $NAME id_qualifier{MI|ZZ} id
  use M.REF
  N3 S1 @street:address ! .
  N4 S1 @city:address $CITY
  use M.AAA
  DMG S1 @demographics:^birth_date,^sex .{D8} . .{F|M|U}
  use M.INS
[2010B R1 requester=Entity]
  NM1 R1 role!{#1P|FA} $WHO id_qualifier!{24|34|46|FI|XX} id!
  use N.REF
  N3 S1 @street:address ! .
  N4 S1 @city:address $CITY
  PER S1 @contacts:contacts =IC name $CHANNEL . $CHANNEL . $CHANNEL .
  use N.AAA
  use N.PRV
"""

_ASKED = """
[2010EC S3 other_reviewers=Entity*]
  NM1 R1 role!{#00|CA|GG|PR|X3} $WHO $REVIEWER_ID
  REF S1 !{ZZ} !
  DTP S1 ! $DATE
[TRN S2 traces=Trace*]
  TRN R1 kind!{1} number! originator! detail
[2000F S> services=ReviewService*]
  HL R1 @level ! ! #SS =0
  use TRN
  use UM
  REF S1 #BB previous_authorization!
  REF S1 #NT administrative_reference!
  DTP S1 @periods:dates !{472} $DATE
  use SV1
  use SV2
  use SV3
  TOO S32 ! . .
  use HSD
  use PWK
  MSG S1 message!
  use 2010FA
[2000E R1 event=PatientEvent]
  HL R1 @level ! ! #EV !{0|1}
  use TRN
  use UM R1
  REF S1 #BB previous_authorization!
  REF S1 #NT administrative_reference!
  DTP S9 @periods:dates !{439|484|ABC|431|AAH|435|096} $DATE
  HI S1 @dated_codes:diagnoses $CODE! $CODE*11
  use HSD
  use CRC
  CL1 S1 admission_type admission_source patient_status .
  CR1 S1 . . . . . . . . . .
  CR2 S1 .*12
  CR5 S1 .*18
  CR6 S1 .*21
  use PWK
  MSG S1 message!
  use 2010EA
  use 2010EB
  use 2010EC
  use 2000F

[278 R1]
  [HEADER R1 header=Header]
    BHT R1 =0007 purpose!{01|13|36} reference! created_on:day! created_time! kind{RU}
  [2000A R1 reviewer=Reviewer]
    HL R1 @level ! - #20 =1
    [2010A R1 reviewer=Entity]
      NM1 R1 role!{#X3} $WHO $REVIEWER_ID
    [2000B R1 requester=Requester]
      HL R1 @level ! ! #21 =1
      use 2010B
      [2000C R1 subscriber=ReviewMember]
        HL R1 @level ! ! #22 =1
        use 2010C
        [2000D S1 dependent=ReviewMember]
          HL R1 @level ! ! #23 =1
          use 2010D
          use 2000E S1
        use 2000E S1
"""

_ANSWERED = """
[2010EC S3 other_reviewers=Entity*]
  NM1 R1 role!{#00|CA|GG} $WHO $REVIEWER_ID
  REF S1 !{ZZ} !
  DTP S1 ! $DATE
[A.AAA S9 rejections=Rejection*]
  AAA R1 valid!{N|Y} - reason action{C|N|P|R|S|Y}
[TRN S3 traces=Trace*]
  TRN R1 kind!{1|2} number! originator! detail
[2000F S> services=ReviewService*]
  HL R1 @level ! ! #SS =0
  use TRN
  use A.AAA
  use UM
  use HCR
  REF S1 #BB previous_authorization!
  REF S1 #NT administrative_reference!
  DTP S4 @periods:dates !{472|102|036|007} $DATE
  use SV1
  use SV2
  use SV3
  TOO S32 ! . .
  use HSD
  use PWK
  MSG S1 message!
  use 2010FA
  use 2010EB.contact
[2000E S1 event=PatientEvent]
  HL R1 @level ! ! #EV !{0|1}
  use TRN
  use A.AAA
  use UM R1
  use HCR
  REF S1 #NT administrative_reference!
  REF S1 #BB previous_authorization!
  DTP S12 @periods:dates !{439|484|ABC|431|AAH|435|096|102|036|007} $DATE
  HI S1 @dated_codes:diagnoses $CODE! $CODE*11
  use HSD
  CL1 S1 admission_type admission_source patient_status .
  CR1 S1 . . . . . . . . . .
  CR2 S1 .*12
  CR5 S1 .*18
  CR6 S1 .*21
  use PWK
  MSG S1 message!
  use 2010EA
  use 2010EB.contact
  use 2010EB
  use 2010EC
  use 2000F

[278 R1]
  [HEADER R1 header=Header]
    BHT R1 =0007 purpose!{11} reference! created_on:day! created_time! kind{18|19|AT|RU}
  [2000A R1 reviewer=Reviewer]
    HL R1 @level ! - #20 !{0|1}
    use A.AAA
    [2010A R1 reviewer=Entity]
      NM1 R1 role!{#X3} $WHO $REVIEWER_ID
      PER S1 @contacts:contacts =IC name $CHANNEL . $CHANNEL . $CHANNEL .
      use N.AAA
    [2000B S1 requester=Requester]
      HL R1 @level ! ! #21 !{0|1}
      use 2010B
      [2000C S1 subscriber=ReviewMember]
        HL R1 @level ! ! #22 !{0|1}
        use 2010C
        [2000D S1 dependent=ReviewMember]
          HL R1 @level ! ! #23 !{0|1}
          use 2010D
          use 2000E
        use 2000E
"""

REQUEST_LAYOUT = _SHARED + _ASKED
RESPONSE_LAYOUT = _SHARED + _ANSWERED
